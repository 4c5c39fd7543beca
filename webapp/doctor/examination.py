"""All checks, one after the other; one that itself fails is told like what it finds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from webapp.doctor.finding import Check, Finding


@dataclass(frozen=True)
class Examined:
    """A check and what it found. `skipped`: which one it would have needed."""

    name: str
    findings: tuple[Finding, ...] = ()
    skipped: str = ""

    @property
    def state(self) -> str:
        return "skipped" if self.skipped else "wrong" if self.findings else "ok"

    @property
    def plain(self) -> dict[str, Any]:
        return {"check": self.name, "state": self.state, **asdict(self)} | {"findings": [*map(asdict, self.findings)]}


def examined(checks: Sequence[Check]) -> Iterator[Examined]:
    """In order; what rests on something that is wrong is not looked at."""
    unsound: set[str] = set()
    for check in checks:
        missing = next((name for name in check.needs if name in unsound), "")
        one = Examined(check.name, skipped=missing) if missing else Examined(check.name, _findings(check))
        if one.state != "ok":
            unsound.add(check.name)
        yield one


def _findings(check: Check) -> tuple[Finding, ...]:
    try:
        return tuple(check.look())
    except Exception as error:  # noqa: BLE001 - the doctor is called where things are broken
        said = " ".join(str(error).split())
        return (
            Finding(f"it could not be looked at: {type(error).__name__}: {said}", "put that right, then ask again"),
        )
