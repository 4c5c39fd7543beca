"""Control stage: what stands beside a search's result. Random search, and how far the search's own estimate can be trusted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from nas_engine.candidate import Candidate, Evaluation
from nas_engine.chance import Chance, seed_from
from nas_engine.components import OneOf
from nas_engine.errors import Infeasible
from nas_engine.estimators import Estimator, FromScratch
from nas_engine.events import Drawn, Estimated, SearchControlled, SearchPriced, Warned
from nas_engine.evidence import rank_correlation
from nas_engine.products import Control, Ranked
from nas_engine.spaces import Within
from nas_engine.stages.asking import TRUTH_FIRST, Asking, Questions
from nas_engine.stages.base import Frame, History, Stage, StageName, Turn
from nas_engine.stages.quality import members
from nas_engine.strategies.base import ranked
from nas_engine.work import Result


@dataclass
class Controlling(Questions):
    """Memory: the sample with what the search said of it, the random networks, and what is still to be asked."""

    drawn: list[Candidate]
    sample: list[Ranked] | None = None  # drawn when the stage first looks at the history
    queue: list[Candidate] = field(default_factory=list)
    seconds: float = 0.0  # device seconds of the random ones
    empty: str = ""  # why nothing was drawn


@dataclass
class ControlStage(Stage[Controlling]):
    """Trains some networks of the search's ranking and some random ones alike: is the estimate right, and was the search worth it?

    The best random network is retrained beside the winner and the reference. Which networks are drawn is settled by the
    recipe and not by what the search happened to cost, so that a run can be repeated; both costs are told.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")
    kind: ClassVar[str] = "control"
    memory: ClassVar[type] = Controlling
    measures: ClassVar[bool] = True
    gives: ClassVar[frozenset[str]] = frozenset({"control"})

    estimator: Annotated[
        Estimator,
        OneOf(TRUTH_FIRST),
        Field(description="what answers all of them, nearer to the truth than the search's own"),
    ] = field(default_factory=FromScratch)
    sample: Annotated[int, Field(ge=0, le=1000, description="networks, spread evenly over the search's ranking")] = 8
    random: Annotated[
        int, Field(ge=0, le=100_000, description="random networks of the space that the run started from")
    ] = 20
    name: StageName = "control"
    share: Annotated[float, Field(gt=0, description="weight in the split of device seconds")] = 1.0

    @property
    def needs(self) -> frozenset[str]:
        return frozenset({"space", "ranking"}) | self.estimator.needs

    @property
    def evaluations(self) -> int:
        return self.sample + self.random

    def start(self, frame: Frame) -> Controlling:
        within = Within(frame.origin.space(), frame.limits, frame.shape)
        chance = Chance(seed_from(frame.seed, frame.number, "control"))
        try:
            found = members(within, self.random, chance) if self.random else ()
            return Controlling(drawn=[candidate for candidate in found if candidate.repeat == 0])
        except Infeasible as error:
            return Controlling(drawn=[], empty=str(error))

    def advance(
        self, memory: Controlling, frame: Frame, results: Sequence[Result], slots: int, history: History
    ) -> Turn:
        if memory.sample is None:
            memory.sample = self._spread(frame, history)
            memory.queue = [again(entry) for entry in memory.sample] + memory.drawn
        asking = Asking(self.estimator, memory, frame, history, measures=True)
        memory.seconds += sum(_share(memory, result) * result.seconds for result in results)
        memory.queue, over = asking.work_off(results, memory.queue, slots)
        if over:
            self._conclude(memory, frame, asking)
            asking.turn.why = over
        return asking.turn

    def _spread(self, frame: Frame, history: History) -> list[Ranked]:
        """Networks of the whole ranking, the winner first: the run holds its best hundred only, the history all."""
        assert frame.holdings.ranking is not None
        told = () if frame.ranked_by is None else history.evaluations(frame.ranked_by)
        entries = ranked(told).entries or frame.holdings.ranking.entries
        return [entries[position] for position in spread(len(entries), self.sample)]

    def _conclude(self, memory: Controlling, frame: Frame, asking: Asking) -> None:
        turn, known = asking.turn, {one.candidate.key: one for one in asking.scores}
        assert memory.sample is not None
        pairs = [(entry, known[again(entry).key]) for entry in memory.sample if again(entry).key in known]
        drawn = [known[candidate.key] for candidate in memory.drawn if candidate.key in known]
        control = self._control(frame, pairs, drawn)
        sample = tuple(Estimated(entry.architecture.key, entry.score, one.score) for entry, one in pairs)
        best, largest = (None if one is None else _drawn(one) for one in (control.random, control.largest))
        figures = control.correlation, len(drawn), best, largest, control.by_params, control.by_madds
        turn.facts.append(("controlled", SearchControlled(frame.number, sample, *figures)))
        turn.facts.append(("priced", SearchPriced(frame.number, frame.searching, memory.seconds, len(drawn))))
        if self.random and not drawn:
            why = memory.empty or "no random network was scored within the budget"
            turn.facts.append(("nothing drawn", Warned(frame.number, f"stage '{self.name}': no random search: {why}")))
        turn.summary = _summary(pairs, control)
        turn.finished = replace(frame.holdings, control=control)

    def _control(
        self, frame: Frame, pairs: Sequence[tuple[Ranked, Evaluation]], drawn: Sequence[Evaluation]
    ) -> Control:
        seed = seed_from(frame.seed, frame.number, "correlation")
        scores = [one.score for one in drawn]
        best = ranked(drawn).entries
        return Control(
            random=best[0] if best else None,
            draws=len(drawn),
            sampled=len(pairs),
            correlation=rank_correlation([entry.score for entry, _ in pairs], [one.score for _, one in pairs], seed),
            largest=max(best, key=lambda one: (one.cost.params, one.score), default=None),
            by_params=rank_correlation([one.cost.params for one in drawn], scores, seed),
            by_madds=rank_correlation([one.cost.madds for one in drawn], scores, seed),
        )


def again(entry: Ranked) -> Candidate:
    """A network of the ranking, asked with a training seed of its own: the search's own answer must not come back."""
    return Candidate(entry.architecture, repeat=1)


def spread(count: int, wanted: int) -> list[int]:
    """So many of `count` positions, evenly from the first to the last; all where there are fewer."""
    if wanted >= count:
        return list(range(count))
    return [round(place * (count - 1) / max(1, wanted - 1)) for place in range(wanted)]


def _share(memory: Controlling, result: Result) -> float:
    """Of a Work's candidates, how many are random ones."""
    asked, drawn = memory.out[result.work], {candidate.key for candidate in memory.drawn}
    return sum(candidate.key in drawn for candidate in asked) / len(asked)


def _drawn(entry: Ranked) -> Drawn:
    return Drawn(entry.architecture.key, entry.score, entry.cost)


def _summary(pairs: Sequence[tuple[Ranked, Evaluation]], control: Control) -> dict[str, float]:
    """The stage's figures by name."""
    found: dict[str, float] = {"random draws": float(control.draws)}
    if pairs:
        found["winner, trained alike"] = pairs[0][1].score
    for name, entry in (("best of random", control.random), ("most params of random", control.largest)):
        if entry is not None:
            found[name] = entry.score
    if control.correlation is not None:
        found["rank correlation of estimate"] = control.correlation.value
    return found
