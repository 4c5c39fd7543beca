"""Search stage: a strategy asks, an estimator answers, inside the network limits and the budget."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar

from pydantic import ConfigDict, Field

from nas_engine.candidate import Evaluation
from nas_engine.chance import seed_from
from nas_engine.components import OneOf
from nas_engine.errors import BudgetSpent
from nas_engine.estimators import ESTIMATORS, Estimator
from nas_engine.products import Ranking
from nas_engine.spaces import SearchSpace, Subspace, Within
from nas_engine.stages.alarm import alarms
from nas_engine.stages.asking import Asking, Questions
from nas_engine.stages.base import Frame, History, Stage, StageName, Turn
from nas_engine.strategies import STRATEGIES, Strategy
from nas_engine.wire import Plain
from nas_engine.work import CONCLUDED, Result


@dataclass
class Searching(Questions):
    """Memory: the strategy's state, and what is asked."""

    strategy: Plain
    facts: int = 0  # of the strategy, already told


@dataclass
class Search(Stage[Searching]):
    """Runs a strategy on the run's space, seen through the network limits, until it is finished or the budget is spent."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    kind: ClassVar[str] = "search"
    memory: ClassVar[type] = Searching

    strategy: Annotated[Strategy[Any], OneOf(STRATEGIES)]
    estimator: Annotated[Estimator, OneOf(ESTIMATORS)]
    name: StageName = "search"
    share: Annotated[float, Field(gt=0, description="weight in the split of device seconds")] = 1.0

    @property
    def needs(self) -> frozenset[str]:
        return frozenset({"space"}) | self.estimator.needs

    @property
    def gives(self) -> frozenset[str]:
        return frozenset({self.strategy.gives})

    @property
    def evaluations(self) -> int | None:
        return self.strategy.evaluations

    def start(self, frame: Frame) -> Searching:
        strategy = copy(self.strategy)
        strategy.start(self._space(frame), seed_from(frame.seed, frame.number, "strategy"))
        return Searching(strategy.save())

    def _space(self, frame: Frame) -> SearchSpace:
        return Within(frame.space, frame.limits, frame.shape)

    def advance(self, memory: Searching, frame: Frame, results: Sequence[Result], slots: int, history: History) -> Turn:
        strategy, asking = copy(self.strategy), Asking(self.estimator, memory, frame, history)
        turn = asking.turn
        strategy.load(self._space(frame), memory.strategy)
        for answers in asking.hear(results):
            strategy.tell(answers)
        if frame.concluding and memory.scored:
            asking.drop()
        spent = finished = False
        while not (spent or finished):
            enough = frame.concluding and bool(memory.scored or memory.out)  # one answer at least, to rank or shrink to
            spent = asking.spent or enough
            room = asking.room(slots)
            if spent or not room:
                break
            asked = strategy.ask(room)
            if not asked:
                finished = not memory.out
                break
            strategy.tell(asking.ask(asked))
        for number, fact in enumerate(strategy.facts(frame.number)):
            if number >= memory.facts:
                turn.facts.append((f"strategy {number}", fact))
                memory.facts = number + 1
        if (spent or finished) and not memory.out:
            try:
                self._conclude(strategy, frame, turn, asking.scores)
            except BudgetSpent as error:
                if not asking.failed:
                    raise
                raise BudgetSpent(f"{error}; the last failure: {asking.failed[-1]}") from error
            assert turn.finished is not None  # else nothing could be concluded
            turn.facts += alarms(frame, turn.finished)
            turn.why = "finished" if finished else CONCLUDED if frame.concluding else "budget spent"
        memory.strategy = strategy.save()
        return turn

    def _conclude(self, strategy: Strategy[Any], frame: Frame, turn: Turn, history: Sequence[Evaluation]) -> None:
        found = strategy.conclude(history)
        if isinstance(found, Ranking):
            if not found.entries:
                raise BudgetSpent(
                    f"stage '{self.name}': no network could be ranked; see the failures, or raise the budget"
                )
            best = found.entries[0]
            turn.finished = replace(frame.holdings, ranking=Ranking(found.entries[:100]))
            turn.summary = {"ranked": float(len(found.entries)), "best": best.score, "madds": float(best.cost.madds)}
            turn.summary |= strategy.figures(found, history)
            return
        inner = found.space if isinstance(found, Within) else found
        turn.finished = replace(frame.holdings, space=inner.plain())
        turn.summary = {"space size": float(inner.size)}
        if isinstance(inner, Subspace):
            turn.summary |= {"pockets": float(len(inner.pockets)), "diversity": inner.diversity}
        turn.summary |= strategy.figures(inner, history)
