"""Controls for shrinking methods: landscapes on which it is known what locality can do and what it cannot.

    python benchmarks/space_controls.py [--data DIR] [--seeds 30] [--first-seed 0] [--out FILE]

Checks 24 to 26 of the LISSNAS specification. Five pockets: what a grid of operators must lose. Additive: where a grid of operators is
all there is to know. Shuffled: no locality, so nothing may be gained. Toy scale: 15,625 networks of six genes; the shuffled control
runs on NAS-Bench-201's accuracies too, if --data has the table.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from math import sqrt
from pathlib import Path
from statistics import mean, stdev
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.space_report import (  # noqa: E402 - found from the root
    Row,
    arguments,
    by_method,
    environment,
    scatter,
    table,
    table_file,
    write,
)
from nas_engine.architecture import Architecture  # noqa: E402
from nas_engine.chance import Chance, seed_from  # noqa: E402
from nas_engine.estimators import Table  # noqa: E402
from nas_engine.spaces import ChainSpace, SearchSpace, nasbench201, read_cell_string  # noqa: E402
from nas_engine.spaces.locality import exact_locality  # noqa: E402
from nas_engine.strategies import Lissnas, OperatorPruning, Strategy  # noqa: E402
from nas_engine.testing.landscapes import (  # noqa: E402
    GENOTYPES,
    Played,
    additive,
    five_pockets,
    play,
    shuffled,
    skewed,
    touched,
)

Scores = Mapping[Architecture, float]
POCKETS: dict[str, Strategy[Any]] = {
    "lissnas-regrow, N=200": Lissnas(sample=200),
    "lissnas-regrow, N=400": Lissnas(sample=400),
    "lissnas-regrow, N=1000": Lissnas(sample=1000),
    "lissnas-intersect, N=400": Lissnas(sample=400, mode="intersect"),
    "operator-pruning": OperatorPruning(),
}
SUM_OF_TERMS: dict[str, Strategy[Any]] = {
    "lissnas-regrow, N=200": Lissnas(),
    "lissnas-intersect, N=200": Lissnas(mode="intersect"),
    "operator-pruning": OperatorPruning(),
}


def rows_of(landscape: str, methods: Mapping[str, Strategy[Any]], scores: Scores, seed: int) -> list[Row]:
    """What each method keeps of a landscape on the 5^6 genotypes."""
    rows = []
    for method, strategy in methods.items():
        run = play(strategy, GENOTYPES, scores.__getitem__, seed)
        assert isinstance(run.found, SearchSpace)
        kept = list(run.found.members())
        values = [scores[member] for member in kept]
        row: Row = {"landscape": landscape, "method": f"{landscape}: {method}", "seed": seed, "size": len(kept)}
        row |= {"mean": mean(values), "best": max(values), "touched": touched(set(kept))}
        rows.append(row | {"evaluations": run.evaluations, "rounds": rounds(run)})
    return rows


def rounds(run: Played) -> int:
    """Those accepted after the first sample."""
    return sum(fact.accepted for fact in run.rounds) - 1


def shuffled_row(name: str, space: ChainSpace, scores: Scores, seed: int) -> Row:
    """The same scores dealt anew: how far the seeds' neighbours, without the seeds, are off the average."""
    dealt = shuffled(scores, Chance(seed_from("dealt", seed)))  # not by the draws that the method makes
    run = play(Lissnas(), space, dealt.__getitem__, seed)
    keys = set(run.rounds[1].seeds)
    seeds = {architecture for architecture in run.samples[0] if architecture.key in keys}
    near = {other for architecture in seeds for other in space.neighbours(architecture)} - seeds
    row: Row = {"landscape": name, "method": f"{name}: lissnas-regrow, N=200", "seed": seed, "rounds": rounds(run)}
    off = mean(dealt[other] for other in near) - mean(scores.values())
    return row | {
        "off": off,
        "correlation_at_1": exact_locality(space, dealt).correlation[1],
        "evaluations": run.evaluations,
    }


def checks_of(rows: Sequence[Row]) -> list[Row]:
    """What the specification asks for, beside what came out."""
    own = by_method(rows)

    def of(method: str, name: str) -> list[float]:
        return [row[name] for row in own[method]]

    found: list[Row] = []

    def note(check: str, asked: str, came: str, met: bool | None) -> None:
        found.append({"check": check, "asked": asked, "came": came, "met": met})

    pockets = of("five pockets: lissnas-regrow, N=400", "touched")
    note("26", "regrow N=400 touches 4.75 of 5 pockets on average", f"{mean(pockets):.2f}", mean(pockets) >= 4.75)
    note("26", "regrow N=400 touches 4 for every seed", f"least {min(pockets)}", min(pockets) >= 4)
    for method, prototype in (("regrow, N=1000", "5"), ("intersect, N=400", "3.33")):
        touches = of(f"five pockets: lissnas-{method}", "touched")
        note("26", f"reported: {method} (prototype {prototype})", f"{mean(touches):.2f}, least {min(touches)}", None)
    few = of("five pockets: lissnas-regrow, N=200", "touched")
    note("26", "reported: regrow, N=200", f"{mean(few):.2f}, least {min(few)}", None)
    left = of("five pockets: operator-pruning", "touched")
    note("26", "operator pruning never touches more than 2", f"at most {max(left)}", max(left) <= 2)

    curve = exact_locality(GENOTYPES, {a: additive(a) for a in GENOTYPES.members()}).correlation
    worst = max(abs(value - (1 - distance * 5 / 24)) for distance, value in enumerate(curve))
    note("25", "additive: correlation falls as 1 - d q / (n (q - 1))", f"off by {worst:.1e} at most", worst < 1e-9)
    pruned = mean(of("additive: operator-pruning", "mean"))
    for mode in ("regrow", "intersect"):
        kept = mean(of(f"additive: lissnas-{mode}, N=200", "mean"))
        note(
            "25", f"additive: operator pruning's mean is at least {mode}'s", f"{pruned:.4f}, {kept:.4f}", pruned >= kept
        )

    for method in (name for name in own if name.startswith("shuffled")):
        off, held = of(method, "off"), of(method, "rounds")
        errors = abs(mean(off)) / (stdev(off) / sqrt(len(off))) if len(off) > 1 else 0.0
        said = f"{mean(off):+.3f}, {errors:.2f} standard errors"
        note("24", f"{method.partition(':')[0]}: neighbours are average within two standard errors", said, errors < 2)
        came = f"{mean(held):.2f} rounds on average, at most {max(held)}"
        note("24", f"{method.partition(':')[0]}: it stops early (prototype 0.87, at most 3)", came, max(held) <= 3)
    return found


def page(content: Row, name: str) -> str:
    rows, facts = content["rows"], content["environment"]
    verdicts = {True: "met", False: "**NOT met**", None: "not gated"}
    shown = [row for row in rows if "size" in row]
    return "\n".join(
        [
            "# Controls of shrinking methods (toy scale: 15,625 networks of six genes)",
            "",
            "Made by `python benchmarks/space_controls.py`; " + ", ".join(f"{k} {v}" for k, v in facts.items()) + ".",
            "",
            "Scores are exact. `touched`: how many of the five peaks, each the same operator throughout, are in the space that is kept.",
            "± is half of a 95 % interval over seeds. One standard error is exceeded by chance in a third of all runs, hence two.",
            "",
            "| check | asked for | came out | |",
            "|---|---|---|---|",
            *(f"| {c['check']} | {c['asked']} | {c['came']} | {verdicts[c['met']]} |" for c in content["checks"]),
            "",
            table(shown, {"size": 0, "mean": 4, "best": 4, "touched": 2, "evaluations": 0, "rounds": 2}),
            "",
            table(
                [row for row in rows if "off" in row], {"off": 3, "correlation_at_1": 4, "rounds": 2, "evaluations": 0}
            ),
            "",
            f"![Size of what was kept against the peaks in it, a point a seed]({name}.svg)",
            "",
        ]
    )


def picture(rows: Sequence[Row]) -> str:
    shown = [row | {"method": row["method"].partition(": ")[2]} for row in rows if row["landscape"] == "five pockets"]
    words = ("networks kept (logarithmic)", "peaks kept, of 5")
    return scatter(shown, "Five pockets: size of what was kept, and how many peaks are in it", "size", "touched", words)


def main() -> None:
    chosen = arguments(__doc__, "space_controls", seeds=30).parse_args()
    pockets = {member: five_pockets(member) for member in GENOTYPES.members()}
    terms = {member: additive(member) for member in GENOTYPES.members()}
    controls: dict[str, tuple[ChainSpace, Scores]] = {"shuffled, skewed scores": (GENOTYPES, skewed())}
    try:
        cells, file = nasbench201(), table_file(chosen.data, "nb201_cifar10.csv.gz")
        scores = Table(str(file), "cifar10_test_200", percent=False).scores()
        controls["shuffled, NAS-Bench-201"] = (cells, {read_cell_string(text, cells): s for text, s in scores.items()})
    except SystemExit as missing:
        print(f"without NAS-Bench-201: {missing}")
    rows: list[Row] = []
    here = environment()
    for seed in range(chosen.first_seed, chosen.first_seed + chosen.seeds):
        rows += rows_of("five pockets", POCKETS, pockets, seed) + rows_of("additive", SUM_OF_TERMS, terms, seed)
        rows += [shuffled_row(name, *landscape, seed) for name, landscape in controls.items()]
        print(f"seed {seed}", flush=True)
    content = {"environment": here, "rows": rows, "checks": checks_of(rows)}
    text = page(content, chosen.out.stem)
    write(chosen.out, content, text, {"": picture(rows)})
    print(text)


if __name__ == "__main__":
    main()
