"""Whether any package that we pin has a known vulnerability: `make check` runs it.

A vulnerability fails. A service that cannot be asked does not, and is said in one line: a machine without the internet checks too.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SECONDS = 20  # that each registry has to answer


@dataclass(frozen=True)
class Looked:
    """What came of one registry: `found` by id, or why it could not be asked."""

    found: dict[str, str]
    unknown: str = ""


def answer(command: list[str]) -> tuple[str, str]:
    """What a program says, and what went wrong with asking it."""
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return "", type(error).__name__
    return done.stdout, " ".join(done.stderr.split())[-200:]


def read_python(said: str, wrong: str) -> Looked:
    """pip-audit's JSON. A package that the service has never heard of was not looked at, though pip-audit passes it."""
    try:
        rows = json.loads(said)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return Looked({}, wrong or "no answer")
    found = {
        one["id"]: f"{row['name']} {row['version']}: {one['id']}, fixed in {', '.join(one['fix_versions']) or 'none'}"
        for row in rows
        for one in row.get("vulns", [])
    }
    asked = [row for row in rows if "skip_reason" not in row]
    missing = (
        f"{len(rows) - len(asked)} of {len(rows)} packages are unknown to the service" if len(asked) < len(rows) else ""
    )
    return Looked(found, missing)


def read_npm(said: str, wrong: str) -> Looked:
    """npm's JSON."""
    try:
        rows = json.loads(said)["vulnerabilities"]
    except (ValueError, KeyError, TypeError):
        return Looked({}, _refusal(said) or wrong or "no answer")
    advisories = [one for row in rows.values() for one in row["via"] if isinstance(one, dict)]
    return Looked({_id(one): f"{one['name']}: {_id(one)}, {one['title']}" for one in advisories})


def _refusal(said: str) -> str:
    """What npm's registry answered instead, without its address."""
    try:
        return str(json.loads(said)["message"]).partition(" - ")[0]
    except (ValueError, KeyError, TypeError):
        return ""


def _id(advisory: dict[str, str]) -> str:
    return advisory["url"].rpartition("/")[2]


def accepted(today: date) -> dict[str, str]:
    """Vulnerabilities that we live with for now, by id. Each has a reason, and a day after which it counts again."""
    written = tomllib.loads((ROOT / ".ci" / "accepted.toml").read_text(encoding="utf-8")).get("accepted", [])
    return {one["id"]: one["reason"] for one in written if one["until"] >= today}


def report(looked: Iterable[tuple[str, Looked]], living_with: dict[str, str]) -> tuple[list[str], bool]:
    """The lines to print, and whether all is well."""
    lines, is_well = [], True
    for registry, one in looked:
        for identity, text in one.found.items():
            known = living_with.get(identity)
            is_well = is_well and known is not None
            lines.append(f"{'accepted' if known else 'VULNERABLE'}: {text}" + (f" ({known})" if known else ""))
        if one.unknown:
            lines.append(f"{registry}: not looked at, the service cannot be asked here ({one.unknown})")
        elif not one.found:
            lines.append(f"{registry}: no known vulnerability")
    return lines, is_well


def main() -> int:
    """The exit code."""
    pip = [sys.executable, "-m", "pip_audit", "-r", "constraints.txt", "--no-deps", "--disable-pip", "-f", "json"]
    npm = shutil.which("npm") or str(Path(sys.executable).parent / "npm")
    asked = [
        [*pip, "--progress-spinner", "off", "--timeout", "5"],
        [npm, "audit", "--json", "--package-lock-only", "--fetch-retries=0", "--fetch-timeout=5000"],
    ]
    with ThreadPoolExecutor() as both:
        python, pages = both.map(answer, asked)
    looked = [("Python packages", read_python(*python)), ("npm packages", read_npm(*pages))]
    lines, is_well = report(looked, accepted(datetime.now(UTC).date()))
    print(*lines, sep="\n")
    return 0 if is_well else 1


if __name__ == "__main__":
    sys.exit(main())
