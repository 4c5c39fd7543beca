"""Strategy: asks for evaluations, is told answers, concludes a ranking or a new space.

    start(space, seed)
    while not finished:  candidates = ask(n)  ->  answers, in any order  ->  tell(answers)
    conclude(history)

Fields are configuration, `state` is memory and nothing else is: between any two calls a strategy may be saved, thrown
away and loaded. It sees a space without the members that are over the run's limits, and never a network.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import ClassVar, Generic, TypeVar

from nas_engine.candidate import Answer, Candidate, Evaluation
from nas_engine.events import Fact
from nas_engine.products import Ranked, Ranking
from nas_engine.spaces import SearchSpace
from nas_engine.wire import Plain, plain, read

State = TypeVar("State")


class Strategy(ABC, Generic[State]):
    """A brain that decides what to look at next. `State` is the dataclass that holds its memory."""

    kind: ClassVar[str]
    gives: ClassVar[str]  # 'ranking' or 'space'
    memory: ClassVar[type]  # State, for reading it back
    counted: ClassVar[str] = ""  # the field that says how many evaluations it asks for, if one does

    space: SearchSpace
    state: State

    def check(self, space: SearchSpace) -> None:
        """Raise Incompatible where it cannot search such a space. Asked when a recipe is read, and by `start`."""

    @abstractmethod
    def start(self, space: SearchSpace, seed: int) -> None: ...

    @abstractmethod
    def ask(self, n: int) -> list[Candidate]:
        """At most n. Fewer: waiting for answers. None, with none out: finished."""

    @abstractmethod
    def tell(self, answers: Sequence[Answer]) -> None:
        """Evaluations and Failures of what was asked, in any order."""

    @abstractmethod
    def conclude(self, history: Iterable[Evaluation]) -> SearchSpace | Ranking:
        """What it found. `history`: the stage's evaluations so far.

        Raises BudgetSpent where nothing can be concluded.
        """

    @property
    @abstractmethod
    def evaluations(self) -> int | None:
        """How many evaluations it will ask for at most, where that is known."""

    def facts(self, stage: int) -> Sequence[Fact]:
        """Facts so far, in order, oldest first; a later call begins with the same ones."""
        return ()

    def figures(self, found: SearchSpace | Ranking, history: Sequence[Evaluation]) -> dict[str, float]:
        """Figures of what `conclude` found, by name, for the stage's summary."""
        return {}

    def save(self) -> Plain:
        return plain(self.state)

    def load(self, space: SearchSpace, saved: Plain) -> None:
        """Raises StateMismatch for another strategy's state."""
        self.space = space
        self.state = read(self.memory, saved)


def ranked(history: Iterable[Evaluation]) -> Ranking:
    """Every architecture once, by its mean score over repeats at its dearest fidelity.

    Ties go to the cheaper, then to the key.
    """
    scores: dict[str, list[Evaluation]] = {}
    for evaluation in history:
        scores.setdefault(evaluation.candidate.architecture.key, []).append(evaluation)
    entries = []
    for evaluations in scores.values():
        dearest = max((e.candidate.fidelity.epochs or 10**9, e.candidate.fidelity.share) for e in evaluations)
        best = [e for e in evaluations if (e.candidate.fidelity.epochs or 10**9, e.candidate.fidelity.share) == dearest]
        mean = sum(e.score for e in best) / len(best)
        entries.append(Ranked(best[0].candidate.architecture, mean, best[0].cost))
    return Ranking(tuple(sorted(entries, key=lambda r: (-r.score, r.cost.madds, r.architecture.key))))
