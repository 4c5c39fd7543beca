"""The chaos suite: seeds, one after the other, each a studio of real processes to which several things happen.

    python -m tests.chaos [--seeds 5] [--first-seed 1] [--database postgresql|sqlite] [--out docs/results] [--keep FOLDER]

A seed that the results hold at this commit is not run again. Ends with exit code 1 where anything was wrong, and says how to
run that seed alone.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.chaos.ground import Ground
from tests.chaos.postgres import binaries
from tests.chaos.report import FILE, append, commit, counts, document, rows, summary
from tests.chaos.schedule import schedule

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--database", choices=("postgresql", "sqlite"), default="")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "results")
    parser.add_argument("--keep", type=Path, default=None, help="an empty folder for what the processes say and write")
    chosen = parser.parse_args()
    if binaries() is None and not chosen.database:
        print("there is no PostgreSQL to start on this machine: every seed runs on SQLite")
        chosen.database = "sqlite"
    results, here = chosen.out / f"{FILE}.jsonl", commit()
    known = {(row["seed"], row["database"]): row for row in rows(results) if row["commit"] == here}
    played = []
    with tempfile.TemporaryDirectory(prefix="chaos-") as scratch, Ground(chosen.keep or Path(scratch)) as ground:
        for seed in range(chosen.first_seed, chosen.first_seed + chosen.seeds):
            plan = schedule(seed, chosen.database)
            row = known.get((seed, plan.database))
            if row is None:
                row = {**ground.play(plan), "commit": here}
                append(results, row)
                (chosen.out / f"{FILE}.md").write_text(document(rows(results)))
            print(summary(row), flush=True)
            played.append(row)
    wrong = [row for row in played if row["wrong"]]
    for row in wrong:
        for one in row["wrong"]:
            print(f"seed {row['seed']}: {one['kind']}: {one['text']}")
        print(f"run it alone: make chaos SEEDS=1 FIRST_SEED={row['seed']} DATABASE={row['database']}")
    print(" ".join(f"{kind}={count}" for kind, count in counts(played).items()))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
