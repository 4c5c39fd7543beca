"""LISSNAS on NAS-Bench-201, CIFAR-10, where the accuracy of every network is known, beside what it has to beat.

    python benchmarks/space_lissnas_nb201.py [--data DIR] [--seeds 50] [--first-seed 0] [--out FILE]

Toy scale: 15,625 cells in a table. Three estimators: the truth, the validation accuracy after 12 epochs, and a forest that learned
100 networks' 200-epoch validation accuracy. Whatever the estimator, `mean`, `best`, `recall` and `diversity` are told by the truth.
Optuna is installed by pip in an environment of its own (a scratch folder, or --environments to keep it).
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.space_report import (  # noqa: E402 - found from the root
    Row,
    arguments,
    by_method,
    environment,
    interval,
    scatter,
    table,
    table_file,
    write,
)
from nas_engine.architecture import Architecture  # noqa: E402
from nas_engine.chance import seed_from  # noqa: E402
from nas_engine.estimators import Forest, Table  # noqa: E402
from nas_engine.products import Ranking  # noqa: E402
from nas_engine.spaces import Subspace, nasbench201, read_cell_string, topology  # noqa: E402
from nas_engine.spaces.locality import exact_locality, local_maxima  # noqa: E402
from nas_engine.spaces.shrinkage import diversity, recall, shrink  # noqa: E402
from nas_engine.strategies import Lissnas, LocalSearch, OperatorPruning, RandomSearch, Strategy  # noqa: E402
from nas_engine.testing.landscapes import Played, play  # noqa: E402

CELLS = nasbench201()
FILE = "nb201_cifar10.csv.gz"
TRUTH, NOISY, TAUGHT_BY = "cifar10_test_200", "cifar10_valid_12", "cifar10_valid_200"
TAUGHT = 100  # networks that the forest learns from
LIMIT = 600  # seconds for one seed of a peer: a guard against a hang
SHRINKING = {"lissnas-regrow": Lissnas(sample=200), "lissnas-intersect": Lissnas(sample=400, mode="intersect")}
COLUMNS = {
    "size": 0,
    "mean": 3,
    "best": 3,
    "recall": 3,
    "diversity": 2,
    "pockets": 1,
    "evaluations": 0,
    "picked": 3,
}
Scores = Mapping[Architecture, float]


@dataclass(frozen=True)
class Truth:
    """Accuracy of every cell in percent, and the best hundredth of them."""

    scores: Scores
    top: frozenset[Architecture]

    @classmethod
    def of(cls, scores: Scores) -> Truth:
        best = sorted(scores, key=lambda cell: (-scores[cell], cell.key))
        return cls(scores, frozenset(best[: len(best) // 100]))

    def row(
        self, method: str, seed: int, kept: Iterable[Architecture], asked: Sequence[Architecture], estimate: Scores
    ) -> Row:
        """What is true of a set of networks; `picked`: the accuracy of the one, of those asked about, with the best estimate."""
        space = Subspace.of(CELLS, set(kept))
        values = [self.scores[cell] for cell in space.members()]
        every = list(self.scores.values())
        found = shrink(mean(every), mean(values), max(every), len(every), space.size)
        return {
            "method": method,
            "seed": seed,
            "size": space.size,
            "mean": mean(values),
            "best": max(values),
            "recall": recall(set(space.members()), self.top),
            "diversity": space.diversity,
            "diversity_share": space.diversity / diversity(CELLS),
            "pockets": len(space.pockets),
            "topologies": len({topology(cell) for cell in space.members()}),
            "shrink_index_our_definition": found.index,
            "evaluations": len(asked),
            "picked": self.scores[max(asked, key=lambda cell: (estimate[cell], cell.key))],
        }


def distinct(run: Played) -> list[Architecture]:
    """What was asked about, each once, in order."""
    return list(dict.fromkeys(cell for sample in run.samples for cell in sample))


def top(asked: Sequence[Architecture], estimate: Scores, count: int) -> list[Architecture]:
    """What a search that ends in a ranking would keep, were it asked for a space."""
    return sorted(asked, key=lambda cell: (-estimate[cell], cell.key))[:count]


def played(strategy: Strategy[Any], estimate: Scores, seed: int) -> tuple[Played, list[Architecture]]:
    """A run to its end, and the networks of the space that it gives; none where it gives a ranking."""
    run = play(strategy, CELLS, estimate.__getitem__, seed)
    return run, [] if isinstance(run.found, Ranking) else list(run.found.members())


def rows_of(truth: Truth, estimate: Scores, seed: int, label: str) -> list[Row]:
    """Ours and our own baselines for one seed. Rankings are cut to the size of `lissnas-regrow`'s space, at its evaluations."""
    rows = []
    for method, lissnas in SHRINKING.items():
        run, kept = played(lissnas, estimate, seed)
        row = truth.row(f"{method}{label}", seed, kept, distinct(run), estimate)
        rows.append(row | tau(truth.scores, estimate, kept, bool(label)))
    size, evaluations = rows[0]["size"], rows[0]["evaluations"]
    probe, _ = played(OperatorPruning(), estimate, seed)  # its later rounds repeat networks, which count once
    sample = max(5, round(OperatorPruning.sample * evaluations / probe.evaluations))
    run, kept = played(OperatorPruning(sample=sample), estimate, seed)
    rows.append(truth.row(f"operator-pruning{label}", seed, kept, distinct(run), estimate))
    for method, search in (("local-search", LocalSearch(evaluations)), ("random", RandomSearch(evaluations))):
        run, _ = played(search, estimate, seed)
        asked = distinct(run)
        rows.append(truth.row(f"{method}{label}", seed, top(asked, estimate, size), asked, estimate))
    return rows


def tau(truth: Scores, estimate: Scores, kept: Sequence[Architecture], noisy: bool) -> Row:
    """Rank correlation of estimate and truth, in the whole space and in what was kept of it (check 30)."""
    if not noisy:
        return {}
    from scipy.stats import kendalltau

    whole = kendalltau([estimate[cell] for cell in truth], list(truth.values())).statistic
    inside = kendalltau([estimate[cell] for cell in kept], [truth[cell] for cell in kept]).statistic
    return {"tau_whole": float(whole), "tau_inside": float(inside)}


# ----------------------------------------------------------------------------------------------------------- peers


def peers(python: Path, truth: Truth, estimate: Scores, regrown: Row, label: str) -> list[Row]:
    """Optuna's rows for one seed, at the evaluations of `lissnas-regrow` and cut to its size."""
    cells, seed = list(truth.scores), regrown["seed"]
    run = {"seed": seed, "evaluations": regrown["evaluations"], "scores": [estimate[cell] for cell in cells]}
    given = json.dumps({"cells": [cell.genes for cell in cells], "runs": [run]})
    script = ROOT / "benchmarks" / "peers" / "optuna_cells.py"
    done = subprocess.run([python, script], input=given, capture_output=True, text=True, timeout=LIMIT, check=True)
    said, rows = json.loads(done.stdout.splitlines()[-1]), []
    for found in said["found"]:
        asked = [cells[number] for number in found["asked"]]
        row = truth.row(f"{found['method']}{label}", seed, top(asked, estimate, regrown["size"]), asked, estimate)
        rows.append(row | {"version": said["version"]})
    return rows


def installed(environments: Path) -> Path:
    """The Python of an environment that has Optuna."""
    home = environments / "optuna"
    python = home / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", home], check=True, timeout=LIMIT)
    pip = [python, "-m", "pip", "install", "--disable-pip-version-check", "-q", "optuna"]
    subprocess.run(pip, check=True, timeout=LIMIT)
    return python


# ---------------------------------------------------------------------------------------------------------- the page


def page(content: Row, name: str) -> str:
    rows, facts, at = content["rows"], content["environment"], content["landscape"]
    regrown = by_method(rows)["lissnas-regrow"]
    sizes, bests = [row["size"] for row in regrown], [row["best"] for row in regrown]
    gap = at["best"] - mean(bests)
    verdict = "met" if mean(sizes) < 450 and gap <= 0.05 else "NOT met"
    tables = [
        part
        for estimator, label in LABELS.items()
        if (own := [row for row in rows if row["estimator"] == estimator])
        for part in (f"## {TITLES[estimator]}", "", table([named(row, label) for row in own], COLUMNS), "")
    ]
    return "\n".join(
        [
            "# LISSNAS on NAS-Bench-201, CIFAR-10 (toy scale: a table of 15,625 cells)",
            "",
            "Made by `python benchmarks/space_lissnas_nb201.py`; "
            + ", ".join(f"{name} {value}" for name, value in facts.items())
            + ".",
            "",
            "`lissnas-regrow` samples 200 cells a round, `lissnas-intersect` 400, seeds are the best 10 %: the settings of our",
            "specification, nothing tuned to this table. Every other method has `lissnas-regrow`'s evaluations of the same seed",
            "(operator pruning nearly: whole rounds; NSGA-II fewer where it only repeats itself). `mean`, `best`, `recall` of the best",
            "1 % and `diversity` (mean edit distance; the whole space has 4.80) are of the networks kept, by the true test accuracy",
            "after 200 epochs. Shrinking methods keep the space that they give, most of it never evaluated; the others keep the best of",
            "what they evaluated, as many as `lissnas-regrow`. `picked` is the true accuracy of the evaluated network with the best",
            "estimate. ± is half of a 95 % interval over seeds; where a method ran on fewer seeds, the column says so.",
            "",
            "**Asked for**: `lissnas-regrow` with fewer than 450 cells, its best within 0.05 points of the table's best on average.",
            f"Over {len(regrown)} seeds: {mean(sizes):.0f} ± {interval(sizes):.0f} cells, {gap:.4f} points below: **{verdict}**.",
            "",
            *tables,
            "## Ranking by the estimator, in the whole space and inside the shrunk one",
            "",
            "Kendall's tau with the truth. Inside a shrunk space networks are alike, so an estimator usually ranks them less well.",
            "",
            table([row for row in rows if "tau_whole" in row], {"tau_whole": 3, "tau_inside": 3}),
            "",
            "## The landscape",
            "",
            "| correlation at 1 to 6 edits | share of variance by order 1 to 6 | local maxima | mean | best |",
            "|---|---|---|---|---|",
            f"| {numbers(at['correlation'])} | {numbers(at['shares'])} | {at['local_maxima']} | {at['mean']:.3f} | {at['best']:.3f} |",
            "",
            "## Against the prototype's figures in our specification (30 seeds, truth as estimator)",
            "",
            *compared(rows),
            "",
            f"![Size of what was kept against its mean accuracy, a point a seed]({name}.svg)",
            "",
            f"![Size of what was kept against its best network, a point a seed]({name}_best.svg)",
            "",
        ]
    )


PROTOTYPE = {  # specification, section 2.5
    "lissnas-intersect": (47, 93.752, 94.351, 0.158, 898, 2.91),
    "lissnas-regrow": (357, 93.286, 94.369, 0.662, 816, 3.58),
    "operator-pruning": (49, 93.653, 94.231, 0.122, 875, 2.60),
}


def compared(rows: Sequence[Row]) -> list[str]:
    names = ("size", "mean", "best", "recall", "evaluations", "diversity")
    lines = ["| method | | " + " | ".join(names) + " |", "|---" * 8 + "|"]
    for method, wanted in PROTOTYPE.items():
        own = by_method(rows)[method]
        lines.append(f"| {method} | prototype | " + " | ".join(f"{value:g}" for value in wanted) + " |")
        lines.append("| | here | " + " | ".join(f"{mean(row[name] for row in own):.4g}" for name in names) + " |")
    return lines


def numbers(values: Sequence[float]) -> str:
    return " ".join(f"{value:.4f}" for value in values[1:])


def named(row: Row, label: str) -> Row:
    return row | {"method": row["method"].removesuffix(label)}


LABELS = {"truth": "", "noisy": ", 12 epochs", "forest": ", forest"}
TITLES = {
    "truth": "The truth as estimator",
    "noisy": "Validation accuracy after 12 epochs as estimator",
    "forest": f"A forest taught by {TAUGHT} networks as estimator (those come on top of the evaluations, which cost it next to nothing)",
}


def main() -> None:
    parser = arguments(__doc__, "space_lissnas_nb201", seeds=50)
    parser.add_argument("--environments", type=Path, default=None, help="where Optuna is installed, to keep it")
    parser.add_argument(
        "--few", type=int, default=None, help="seeds for Optuna, and for estimators other than the truth; empty: all"
    )
    parser.add_argument("--resume", action="store_true", help="keep the rows that --out has, and do the rest")
    chosen = parser.parse_args()
    file = table_file(chosen.data, FILE)
    columns = {
        column: {
            read_cell_string(text, CELLS): score for text, score in Table(str(file), column, False).scores().items()
        }
        for column in (TRUTH, NOISY)
    }
    truth = Truth.of(columns[TRUTH])
    seeds = range(chosen.first_seed, chosen.first_seed + chosen.seeds)
    few = seeds[: chosen.few]
    locality, every = exact_locality(CELLS, truth.scores), list(truth.scores.values())
    landscape = {
        "correlation": locality.correlation,
        "shares": locality.shares,
        "local_maxima": len(local_maxima(CELLS, truth.scores)),
        "mean": mean(every),
        "best": max(every),
    }
    content: Row = {"environment": environment(), "data": FILE, "landscape": landscape, "rows": []}
    if chosen.resume:
        before = json.loads(chosen.out.read_text(encoding="utf-8"))
        went_on = {"resumed at": content["environment"]["commit"]}
        content |= {"environment": before["environment"] | went_on, "rows": before["rows"]}
    forest, cells = Forest(str(file), TAUGHT_BY, percent=False, networks=TAUGHT), list(truth.scores)

    def estimate_by(estimator: str, seed: int) -> Scores:
        if estimator != "forest":
            return columns[TRUTH if estimator == "truth" else NOISY]
        return dict(zip(cells, forest.predictor(CELLS, seed_from(seed, forest.kind))(cells), strict=True))

    known = {(row["estimator"], row["seed"]) for row in content["rows"]}
    for estimator, label in LABELS.items():
        for seed in seeds if estimator == "truth" else few:
            if (estimator, seed) in known:
                continue
            estimate = estimate_by(estimator, seed)
            ours = rows_of(truth, estimate, seed, label)
            if estimator == "forest":  # it costs nothing to ask: what would asking about every cell have kept?
                kept = top(cells, estimate, ours[0]["size"])
                ours.append(truth.row(f"all-cells{label}", seed, kept, cells, estimate))
            content["rows"] += [row | {"estimator": estimator} for row in ours]
        report(chosen.out, content)
    with tempfile.TemporaryDirectory() as scratch:
        python = installed((chosen.environments or Path(scratch)).resolve())
        answered = {(row["estimator"], row["seed"]) for row in content["rows"] if "version" in row}
        regrown = [row for row in content["rows"] if row["method"].startswith("lissnas-regrow") and row["seed"] in few]
        for row in regrown:
            estimator, seed = row["estimator"], row["seed"]
            if (estimator, seed) not in answered:
                rows = peers(python, truth, estimate_by(estimator, seed), row, LABELS[estimator])
                content["rows"] += [each | {"estimator": estimator} for each in rows]
                report(chosen.out, content)


def report(out: Path, content: Row) -> None:
    """What there is so far, so that what is interrupted costs only the rest."""
    shown = [row for row in content["rows"] if row["estimator"] == "truth"]
    words = "networks kept (logarithmic)"
    pictures = {
        "": scatter(shown, "What was kept: size and mean accuracy", "size", "mean", (words, "mean accuracy, %")),
        "_best": scatter(shown, "What was kept: size and best network", "size", "best", (words, "best accuracy, %")),
    }
    write(out, content, page(content, out.stem), pictures)
    last = content["rows"][-1]
    print(f"{len(content['rows'])} rows, the last of {last['method']}, seed {last['seed']}", flush=True)


if __name__ == "__main__":
    main()
