"""Train stage: one trainer, one Work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from nas_engine.chance import Chance, seed_from
from nas_engine.components import OneOf, component, described
from nas_engine.products import Ranking
from nas_engine.stages.alarm import alarms
from nas_engine.stages.base import Asked, Frame, History, Stage, StageName, Turn, loaded
from nas_engine.tasks import TASKS
from nas_engine.trainers import TRAINERS, Trainer, fit
from nas_engine.wire import Plain, pack, plain, read
from nas_engine.work import Context, Result, Stored, Work, tell

WORK = "train"
SPACE_TRAINERS = {
    kind: trainer for kind, trainer in TRAINERS.items() if trainer.gives <= {"space", "supernet", "ranking"}
}


@dataclass
class Train(Stage[Asked]):
    """Hands the run's space and supernet to a trainer and keeps what it concludes: a space, a supernet, a ranking."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    kind: ClassVar[str] = "train"
    memory: ClassVar[type] = Asked

    trainer: Annotated[Trainer, OneOf(SPACE_TRAINERS)]
    name: StageName = "train"
    share: Annotated[float, Field(gt=0, description="weight in the split of device seconds")] = 1.0

    @property
    def needs(self) -> frozenset[str]:
        return self.trainer.needs

    @property
    def gives(self) -> frozenset[str]:
        return self.trainer.gives

    def start(self, frame: Frame) -> Asked:
        return Asked()

    def advance(self, memory: Asked, frame: Frame, results: Sequence[Result], slots: int, history: History) -> Turn:
        """Raises EvaluationFailed, with the worker's reason, where the training failed."""
        if not memory.asked:
            memory.asked = True
            payload: Plain = {
                "trainer": described(self.trainer),
                "task": frame.task,
                "space": frame.holdings.space,
                "supernet": None if frame.holdings.supernet is None else plain(frame.holdings.supernet),
                "limits": plain(frame.limits),
            }
            key = f"{frame.number}-{WORK}"
            return Turn([Work(key, frame.number, WORK, payload, frame.seed, frame.seconds_left)])
        if not results:
            return Turn()
        result = results[0]
        self.expect_outcome(result)
        given = read(Conclusion, result.outcome)
        holdings = replace(
            frame.holdings,
            space=given.space or frame.holdings.space,
            supernet=given.supernet or frame.holdings.supernet,
            ranking=given.ranking or frame.holdings.ranking,
        )
        return Turn(facts=alarms(frame, holdings), finished=holdings, why=given.why, summary=given.summary)


@dataclass(frozen=True)
class Conclusion:
    """What a training Work brought: its outcome, as stored."""

    why: str
    space: Plain | None = None
    supernet: Stored | None = None
    ranking: Ranking | None = None
    summary: dict[str, float] = field(default_factory=dict)


def perform_training(work: Work, context: Context) -> Plain:
    """Fit the trainer, store what it concludes."""
    payload = work.payload
    trainer = component(TRAINERS, payload["trainer"], "trainer")
    task = component(TASKS, payload["task"], "task").open(context.device)
    trainer.setup(loaded(payload, context), task, Chance(seed_from(work.seed, work.key)))
    why = fit(trainer, context, whole=False)
    trainer.facts = []  # those of its last step are told
    given = trainer.conclude()
    for number, fact in enumerate(trainer.facts):
        tell(context, f"concluded/{number}", fact)
    summary = {} if given.space is None else {"space size": float(given.space.size)}
    if given.ranking is not None:
        best = given.ranking.entries[0]
        summary |= {"ranked": float(len(given.ranking.entries)), "best": best.score, "madds": float(best.cost.madds)}
    stored = None
    if given.supernet is not None:
        stored = context.store.put(f"{work.key}-supernet.safetensors", pack({}, given.supernet))
    return plain(Conclusion(why, None if given.space is None else given.space.plain(), stored, given.ranking, summary))
