"""A run of a second or two that trains a supernet and searches with it; and what harms a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from nas_engine.local import Watcher
from nas_engine.recipe import recipe
from nas_engine.work import Work

SHORT: dict[str, Any] = recipe(
    {
        "version": 1,
        "name": "short",
        "seed": 3,
        "task": {"kind": "image_classification"},
        "space": {"kind": "chain", "operators": ["mb3_e2", "skip"], "skeleton": "tiny"},
        "pipeline": [
            {"kind": "train", "name": "supernet", "trainer": {"kind": "uniform_paths", "batches": 45, "batch": 31}},
            {
                "kind": "search",
                "strategy": {"kind": "random", "draws": 2},
                "estimator": {"kind": "shared_weights", "calibration": 1},
            },
        ],
    }
).plain


class StopAt(Watcher):
    """Asks to stop at a step of a Work; `steps` are those that were taken."""

    def __init__(self, work: str = "0-train", step: int | None = None) -> None:
        self._work, self._step, self._asked = work, step, False
        self.steps: list[int] = []

    def gauge(self, work: Work, done: int, total: int, metrics: Mapping[str, float]) -> None:
        if work.key == self._work:
            self.steps.append(done)
            self._asked |= done == self._step

    def stop(self) -> bool:
        return self._asked


def _flipped(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


HARMS: dict[str, Callable[[Path], object]] = {
    "torn": lambda path: path.write_bytes(path.read_bytes()[:-9]),
    "empty": lambda path: path.write_bytes(b""),
    "flipped": _flipped,
    "missing": lambda path: path.unlink(),
}
