"""Is an evolved space better than random cells, and than the reference alone? On Fashion-MNIST and a JPEG copy of CIFAR-10.

    python benchmarks/space_autospace.py [--data DIR] [--fashion DIR] [--seeds 5] [--first-seed 0] [--out FILE] [--processes 2]

From every space 20 networks are drawn at random in one band of MAdds (all that are there, where there are fewer), and all are
trained the same: no search inside, so that what is compared is the space. AutoSpace runs with and without its reference, with its
differentiable fitness and with random fitness (the control). On Fashion-MNIST also what could help where it does not: other
readings of the scores, longer generations, longer training. A seed draws the data's parts, the evolution and the networks.
Toy scale: four places, 14x14 pixels, 4,000 images.

What the file holds already, from the same commit, is not done again; with --keep, from whatever commit. Each row names its own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import partial
from math import log
from pathlib import Path
from statistics import geometric_mean, linear_regression, mean, median

from space_report import Row, arguments, curves, environment, table, write
from toy_scale import SOURCES, TRAINED_ON, WORDS, one_thread, open_space, source, task_of, trained

from nas_engine.architecture import Architecture
from nas_engine.budget import NetworkLimits
from nas_engine.chance import Chance, seed_from
from nas_engine.events import GenerationEvolved
from nas_engine.products import Products
from nas_engine.spaces import Band, ChainSpace, reference_only
from nas_engine.stages.compare import paired_interval, verdict
from nas_engine.tasks import OpenTask
from nas_engine.trainers import AutoSpace

NETWORKS = 20
BAND = (1.2, 1.45)  # times the reference network's MAdds
EPOCHS, LONGER = 2, 4
MOST_DRAWS = 100 * NETWORKS  # of which so many should be distinct


@dataclass(frozen=True)
class Space:
    """A space on trial, and what making it cost and told."""

    space: ChainSpace
    told: Row


def evolved(task: OpenTask, seed: int, **fields: object) -> Space:
    """The space that AutoSpace concludes from the open one."""
    whole = open_space()
    limit = round(BAND[1] * whole.cost(whole.reference, task.shape).madds)
    settings: dict[str, object] = {"generations": 16, "steps": 4, "population": 12, **fields}
    trainer = AutoSpace(**settings)  # type: ignore[arg-type]
    trainer.setup(Products(space=whole, limits=NetworkLimits(madds=limit)), task, Chance(seed_from(seed, "evolve")))
    last, taus = None, []
    while trainer.position < trainer.length:
        trainer.facts = []
        trainer.step()
        for fact in trainer.facts:
            if isinstance(fact, GenerationEvolved):
                last = fact
                taus += fact.stability.values()
    found = trainer.conclude().space
    assert isinstance(found, ChainSpace)
    assert last is not None
    identity = mean(shares.get("identity", 0.0) for shares in last.shares.values())
    return Space(found, {"rank stability": mean(taus), "identity share": identity})


def random_cells(task: OpenTask, seed: int) -> Space:  # noqa: ARG001 - all of them alike
    return Space(open_space(), {})


def only_reference(task: OpenTask, seed: int) -> Space:  # noqa: ARG001
    return Space(reference_only(open_space()), {})


Making = Callable[[OpenTask, int], Space]
METHODS: dict[str, Making] = {
    "random cells": random_cells,
    "reference only": only_reference,
    "evolved": evolved,
    "evolved without reference": partial(evolved, reference=False),
    "random fitness": partial(evolved, fitness="random"),
    "random fitness without reference": partial(evolved, fitness="random", reference=False),
}
REMEDIES: dict[str, Making] = {
    "evolved, raw scores": partial(evolved, reading="raw"),
    "evolved, joint data": partial(evolved, split="joint"),
    "evolved, twice as long generations": partial(evolved, steps=8),
}
TRAINED_LONGER = ("reference only", "evolved")


def networks(space: ChainSpace, task: OpenTask, seed: int) -> list[Architecture]:
    """Distinct members in the band, drawn at random; all of them where a small space has fewer, which may be none."""
    whole = open_space()
    low, high = (round(end * whole.cost(whole.reference, task.shape).madds) for end in BAND)
    band, chance = Band(space, low, high, task.shape), Chance(seed_from(seed, "networks"))
    if band.listed is not None:
        return list(chance.sample(band.listed, min(NETWORKS, len(band.listed))))
    found = {}
    for _ in range(MOST_DRAWS):
        member = band.sample(chance)
        found[member.key] = member
        if len(found) == NETWORKS:
            break
    return list(found.values())


def row_of(name: str, data: str, seed: int, task: OpenTask, made: Space, epochs: int) -> Row:
    drawn = networks(made.space, task, seed)
    scores = [trained(made.space, a, task, seed_from(seed, a.key), epochs) for a in drawn]
    madds = [made.space.cost(a, task.shape).madds for a in drawn]
    row: Row = {"method": name, "data": data, "seed": seed, "size": made.space.size, "networks": len(drawn)}
    row |= dict.fromkeys(("mean", "median", "best", "worst", "MAdds"))
    if drawn:
        row |= {"mean": mean(scores), "median": median(scores), "best": max(scores), "worst": min(scores)}
        row["MAdds"] = mean(madds)
    return row | made.told | {"scores": scores, "madds": madds}


def rows_of(path: Path, data: str, seed: int, name: str) -> list[Row]:
    """A method on one data set and seed; on Fashion-MNIST, of those that are to be, its networks trained longer too."""
    one_thread()
    task = task_of(path, seed)
    made = (METHODS | REMEDIES)[name](task, seed)
    rows = [row_of(name, data, seed, task, made, EPOCHS)]
    if data == "fashion" and name in TRAINED_LONGER:
        rows.append(row_of(f"{name}, trained longer", data, seed, task, made, LONGER))
    return rows


def known(out: Path, commit: str, *, keep: bool) -> list[Row]:
    """The rows that the same commit has written already, or any."""
    if not out.exists():
        return []
    content = json.loads(out.read_text())
    before = content["environment"]["commit"]
    rows = [{"commit": before, "networks": len(row["scores"]), **row} for row in content["rows"]]
    return [row for row in rows if keep or row["commit"] == commit]


def at_equal_cost(rows: list[Row]) -> list[Row]:
    """The same rows with `mean` as if every network had the mean MAdds of random cells on its seed.

    By the straight line through the scores of that seed's random cells over the logarithm of their MAdds: spaces fill the band
    unevenly, and what is cheaper scores lower in any of them.
    """
    found = []
    for row in rows:
        end = ", trained longer" if row["method"].endswith(", trained longer") else ""
        base = next((r for r in rows if r["method"] == f"random cells{end}" and r["seed"] == row["seed"]), None)
        if base is None or not row["scores"]:
            continue
        slope, _ = linear_regression([log(one) for one in base["madds"]], base["scores"])
        apart = log(geometric_mean(row["madds"])) - log(geometric_mean(base["madds"]))
        found.append({**row, "mean": row["mean"] - slope * apart})
    return found


def differences(rows: list[Row], method: str, against: str) -> str:
    """Mean over seeds of a method's mean less another's on the same seed, with a paired interval, in points of accuracy."""
    own, other = (
        {row["seed"]: row["mean"] for row in rows if row["method"] == name and row["mean"] is not None}
        for name in (method, against)
    )
    apart = [own[seed] - other[seed] for seed in sorted(own.keys() & other.keys())]
    if not apart:
        return ""
    low, high = paired_interval(apart, seed=0)
    return f"{100 * mean(apart):+.2f} ({100 * low:+.2f} to {100 * high:+.2f}), {verdict(low, high, len(apart))}"


def comparisons(rows: list[Row]) -> Iterable[str]:
    """A line a method: against random cells, and against the reference alone, trained as long."""
    yield "| method | against random cells | against reference only |"
    yield "|---|---|---|"
    for method in dict.fromkeys(row["method"] for row in rows):
        end = ", trained longer" if method.endswith(", trained longer") else ""
        rivals = [rival + end for rival in ("random cells", "reference only")]
        if method not in rivals:
            yield f"| {method} | " + " | ".join(differences(rows, method, rival) for rival in rivals) + " |"


def page(rows: list[Row], here: Row, name: str) -> str:
    parts = [
        "# Evolved spaces against random cells and the reference alone (toy scale)",
        "",
        "Made by `python benchmarks/space_autospace.py`; " + ", ".join(f"{k} {v}" for k, v in here.items()) + ".",
        "",
        f"Four places, 14x14 pixels, {TRAINED_ON:,} training images, {EPOCHS} epochs ({LONGER} where trained longer);",
        f"{NETWORKS} networks a space and seed, drawn at random between {BAND[0]} and {BAND[1]} times the MAdds of the",
        "reference network; scores are validation accuracy.",
        "± is half of a 95 % interval over seeds. Differences are in points of accuracy, paired by seed, with a bootstrap",
        "interval (narrow with so few seeds: read it so). A space that has fewer networks in the band is judged by those",
        "(`networks`); one that has none has no row's figures. Rows are of commits "
        + ", ".join(sorted({row["commit"] for row in rows}))
        + ".",
    ]
    for data, own in _by_data(rows).items():
        columns = {"networks": 0, "mean": 4, "median": 4, "best": 4, "worst": 4, "MAdds": 0}
        columns |= {"rank stability": 2, "identity share": 2}
        parts += ["", f"## {WORDS[data]}", "", table(own, columns), "", *comparisons(own)]
        parts += ["", "At equal MAdds, by a line through the scores of random cells:", ""]
        parts += comparisons(at_equal_cost(own))
        parts += ["", f"![Share of networks at or below an error]({name}_{data}.svg)"]
    return "\n".join(parts)


def _by_data(rows: list[Row]) -> dict[str, list[Row]]:
    return {data: own for data in SOURCES if (own := [row for row in rows if row["data"] == data])}


def picture(rows: list[Row], data: str) -> str:
    """The cumulative curve of each method's networks, all seeds together."""
    errors = {
        method: [1 - score for row in rows if row["method"] == method for score in row["scores"]] for method in METHODS
    }
    return curves(errors, f"{WORDS[data]}: share of a space's networks with at most this error")


def main() -> None:
    parser = arguments(__doc__, "space_autospace", seeds=5)
    parser.add_argument("--fashion", type=Path, default=Path("/usr/share/datasets/fashion-mnist"), help="IDX files")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--datasets", nargs="+", choices=list(SOURCES), default=list(SOURCES))
    parser.add_argument("--keep", action="store_true", help="keep the file's rows of other commits too")
    chosen = parser.parse_args()
    here = environment()
    rows = known(chosen.out, here["commit"], keep=chosen.keep)
    done = {(row["data"], row["seed"], row["method"]) for row in rows}
    paths = {data: source(chosen.data, chosen.fashion, data) for data in chosen.datasets}
    for path in paths.values():
        task_of(path, 0)  # packed once, before the processes look for it
    order = [*METHODS, *REMEDIES]
    order += [f"{name}, trained longer" for name in TRAINED_LONGER]
    with ProcessPoolExecutor(chosen.processes) as pool:
        seeds = range(chosen.first_seed, chosen.first_seed + chosen.seeds)
        asked = [(data, seed, name) for seed in seeds for data in paths for name in METHODS]
        asked += [("fashion", seed, name) for seed in seeds for name in REMEDIES if "fashion" in paths]
        work = [pool.submit(rows_of, paths[unit[0]], *unit) for unit in asked if unit not in done]
        for one in as_completed(work):
            rows += [{"commit": here["commit"], **row} for row in one.result()]
            last = rows[-1]
            print(
                f"{last['data']}, seed {last['seed']}, {last['method']}: {last['networks']} networks, {last['mean']}",
                flush=True,
            )
            rows.sort(key=lambda row: (list(SOURCES).index(row["data"]), order.index(row["method"]), row["seed"]))
            shown = {f"_{data}": picture(own, data) for data, own in _by_data(rows).items()}
            write(chosen.out, {"environment": here, "rows": rows}, page(rows, here, chosen.out.stem), shown)
    print(page(rows, here, chosen.out.stem))


if __name__ == "__main__":
    main()
