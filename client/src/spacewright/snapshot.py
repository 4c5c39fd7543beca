"""The snapshot of a run: what a person wants to see of it, as it was when it was asked for."""

from __future__ import annotations

from dataclasses import dataclass

from spacewright.answers import Answer


@dataclass(frozen=True)
class StageState:
    """One stage of the pipeline: waiting, running, finished or stopped."""

    number: int
    name: str
    state: str


@dataclass(frozen=True)
class Doing:
    """What a worker does for the run: `done` of `total` are known once it has begun."""

    work: str
    doing: str
    done: int | None
    total: int | None


@dataclass(frozen=True)
class Best:
    """The best answer of the newest stage that has one."""

    architecture: str
    score: float
    params: int
    madds: int

    @classmethod
    def read(cls, answer: Answer) -> Best:
        return cls(answer.text("key"), answer.number("score"), answer.whole("params"), answer.whole("madds"))


@dataclass(frozen=True)
class Snapshot:
    """`curve`: how the best score of that stage grew, as (number of the fact, score). `verdict`: winner against reference."""

    run: str
    seq: int
    name: str
    shown: str
    reason: str
    stages: tuple[StageState, ...]
    doing: tuple[Doing, ...]
    scored: int
    failed: int
    best: Best | None
    curve: tuple[tuple[int, float], ...]
    verdict: str

    @property
    def over(self) -> bool:
        return self.shown in ("finished", "infeasible", "failed", "cancelled")

    @classmethod
    def read(cls, answer: Answer) -> Snapshot:
        best = None if answer.everything.get("best") is None else answer.one("best")
        counts = answer.one("counts")
        return cls(
            run=answer.text("run"),
            seq=answer.whole("seq"),
            name=answer.text("name"),
            shown=answer.text("shown"),
            reason=answer.text("reason"),
            stages=tuple(
                StageState(stage.whole("number"), stage.text("name"), stage.text("state"))
                for stage in answer.many("stages")
            ),
            doing=tuple(_doing(gauge) for gauge in answer.many("gauges")),
            scored=counts.whole("scored"),
            failed=sum(counts.fields("failed").values()),
            best=None if best is None else Best.read(best),
            curve=() if best is None else _curve(answer, best.whole("stage")),
            verdict="" if answer.everything.get("comparison") is None else answer.one("comparison").text("verdict"),
        )


def _doing(gauge: Answer) -> Doing:
    known = gauge.everything
    done, total = (gauge.whole(name) if isinstance(known.get(name), int) else None for name in ("done", "total"))
    return Doing(gauge.text("work"), gauge.text("doing") if "doing" in known else "working", done, total)


def _curve(answer: Answer, stage: int) -> tuple[tuple[int, float], ...]:
    """Of the stage that found the best."""
    search = next((search for search in answer.many("searches") if search.whole("stage") == stage), None)
    points = [] if search is None else search.everything.get("curve", [])
    return tuple((int(seq), float(score)) for seq, score in points)
