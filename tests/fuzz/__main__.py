"""`make fuzz EXAMPLES=n`: every target, held to that many examples each; what was really met is counted and written down.

Goes on where it stopped: a target that has met its examples at this commit is not held again. Results are written after every
thousand, so that nothing is lost.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
import traceback
import warnings
from dataclasses import asdict, dataclass, field
from pathlib import Path

RESULTS = Path(__file__).parents[2] / "docs" / "results"
CHUNK = 1_000  # examples of one seed: beyond, drawing ever new ones takes longer and longer


@dataclass
class Met:
    """What one target has met. `seeds`: each stands for up to CHUNK examples."""

    target: str
    promise: str
    commit: str = ""
    examples: int = 0
    seconds: float = 0.0  # of the processor
    seeds: list[int] = field(default_factory=list)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--examples", type=int, default=20_000, help="of each target")
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument(
        "--keep", action="store_true", help="targets that have met their examples at another commit, too"
    )
    parser.add_argument("--only", nargs="*", default=[], help="targets by name; without it, all")
    parser.add_argument("--out", type=Path, default=RESULTS / "fuzz.json")
    asked = parser.parse_args(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")
    import django

    django.setup()
    from tests.fuzz.target import hold
    from tests.fuzz.targets import TARGETS

    warnings.simplefilter("ignore")  # of Pillow and zipfile, about files that are broken on purpose
    commit = _commit()
    found = {target.name: Met(target.name, target.promise, commit) for target in TARGETS}
    found |= _before(asked.out, commit, asked.examples if asked.keep else None)
    broken = []
    for target in TARGETS:
        met = found[target.name]
        try:
            while met.examples < asked.examples and (not asked.only or target.name in asked.only):
                number, began = asked.first_seed + len(met.seeds), time.process_time()
                met.examples += hold(target, min(CHUNK, asked.examples - met.examples), number)
                met.seconds = round(met.seconds + time.process_time() - began, 1)
                met.seeds.append(number)
                _write(asked.out, commit, list(found.values()))
        except Exception:  # noqa: BLE001 - whatever it is, it is the finding; the other targets are held all the same
            traceback.print_exc(limit=-12)
            broken.append(f"{target.name} (seed {number})")
        print(f"{target.name:24} {met.examples:>7,} examples {met.seconds:>8,.0f} s", flush=True)
    if broken:
        print(f"broken: {', '.join(broken)}")
    return bool(broken)


def _commit() -> str:
    """With a plus where the work tree differs from it."""

    def git(*words: str) -> str:
        return subprocess.run(["git", *words], capture_output=True, text=True, check=True).stdout.strip()

    changed = git("status", "--porcelain", "--", ":!docs/results")
    return git("rev-parse", "--short", "HEAD") + "+" * bool(changed)


def _before(file: Path, commit: str, kept: int | None) -> dict[str, Met]:
    """What the file holds of this commit; `kept`: and of another what has met so many examples there."""
    if not file.exists():
        return {}
    held = json.loads(file.read_text())
    known = [Met(**{"commit": held["commit"], **one}) for one in held["targets"]]
    return {met.target: met for met in known if met.commit == commit or (kept is not None and met.examples >= kept)}


def _write(file: Path, commit: str, found: list[Met]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    whole = {"commit": commit, "targets": [asdict(met) for met in found]}
    file.write_text(json.dumps(whole, indent=1) + "\n")
    rows = [f"| {met.target} | {met.promise} | {met.examples:,} | {met.seconds:,.0f} | {met.commit} |" for met in found]
    file.with_suffix(".md").write_text(
        "\n".join(
            [
                "# Fuzzing",
                "",
                "`make fuzz`: what each target was held to, the examples that it met, counted, the processor's seconds for them,",
                "and the commit. Examples are drawn a thousand a seed; a thousand in which one breaks its promise is",
                "not counted, and the target ends there. Seeds are in `fuzz.json`.",
                "",
                "| target | promise | examples | s | commit |",
                "|---|---|--:|--:|---|",
                *rows,
                "",
            ]
        )
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
