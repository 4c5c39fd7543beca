"""Quality stage: how good the networks of a space are, beside those of the space before any search and of the one without."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from nas_engine.budget import NetworkLimits
from nas_engine.candidate import Candidate, Evaluation
from nas_engine.chance import Chance, seed_from
from nas_engine.components import OneOf
from nas_engine.errors import Infeasible, InvalidRecipe
from nas_engine.estimators import Estimator, FromScratch
from nas_engine.events import MeasuredSpace, SpaceContest, SpaceMeasured, Warned
from nas_engine.evidence import figures, superiority
from nas_engine.spaces import Band, SearchSpace, reference_only
from nas_engine.stages.asking import TRUTH_FIRST, Asking, Questions
from nas_engine.stages.base import Frame, History, Stage, StageName, Turn
from nas_engine.work import Result

NOW, START, REFERENCE = "now", "start", "reference"
TRIES = 200  # draws in a row that may be known before the band counts as used up


@dataclass
class Measuring(Questions):
    """Memory: the networks of each space, those that are still to be asked for, and the spaces without any."""

    drawn: dict[str, list[Candidate]]
    queue: list[Candidate]
    empty: dict[str, str] = field(default_factory=dict)  # why


@dataclass
class Quality(Stage[Measuring]):
    """Measures the run's space by random members in one band of MAdds, beside the space it started from and the reference-only one.

    The error distributions of Radosavovic 2020 (https://arxiv.org/abs/2003.13678). All networks are looked at alike; nothing
    that the run holds is changed by it.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")
    kind: ClassVar[str] = "quality"
    memory: ClassVar[type] = Measuring
    measures: ClassVar[bool] = True
    gives: ClassVar[frozenset[str]] = frozenset()

    estimator: Annotated[Estimator, OneOf(TRUTH_FIRST), Field(description="what answers all of them")] = field(
        default_factory=FromScratch
    )
    networks: Annotated[int, Field(ge=2, le=1000, description="random members of each of the three spaces")] = 20
    least_madds: Annotated[
        int | None, Field(ge=0, description="lower end of the band; empty: half of the upper one")
    ] = None
    most_madds: Annotated[
        int | None,
        Field(gt=0, description="upper end of the band; never above the network limit, which stands where it is empty"),
    ] = None
    name: StageName = "quality"
    share: Annotated[float, Field(gt=0, description="weight in the split of device seconds")] = 1.0

    def __post_init__(self) -> None:
        if self.most_madds is not None and (self.least_madds or 0) > self.most_madds:
            raise InvalidRecipe("least_madds", self.least_madds, f"at most most_madds ({self.most_madds:,})")

    @property
    def needs(self) -> frozenset[str]:
        return frozenset({"space"}) | self.estimator.needs

    @property
    def evaluations(self) -> int:
        return 3 * self.networks

    def spaces(self, frame: Frame) -> dict[str, SearchSpace]:
        """What is measured, by name; a space that nobody searched yet is measured once."""
        held, start = frame.space, frame.origin.space()
        found: dict[str, SearchSpace] = {NOW: held, START: start, REFERENCE: reference_only(start)}
        if held == start:
            del found[START]
        return found

    def ends(self, limits: NetworkLimits) -> tuple[int, int | None]:
        """Of the band, in MAdds."""
        known = [end for end in (self.most_madds, limits.madds) if end is not None]
        most = min(known, default=None)
        return (most or 0) // 2 if self.least_madds is None else self.least_madds, most

    def start(self, frame: Frame) -> Measuring:
        drawn: dict[str, list[Candidate]] = {}
        empty: dict[str, str] = {}
        for name, space in self.spaces(frame).items():
            band = Band(space, *self.ends(frame.limits), frame.shape, frame.limits.params)
            chance = Chance(seed_from(frame.seed, frame.number, "quality", name))
            try:
                drawn[name] = list(members(band, self.networks, chance))
            except Infeasible as error:
                empty[name] = str(error)
        queue = [group[turn] for turn in range(self.networks) for group in drawn.values()]  # all grow alike
        return Measuring(drawn=drawn, queue=queue, empty=empty)

    def advance(self, memory: Measuring, frame: Frame, results: Sequence[Result], slots: int, history: History) -> Turn:
        asking = Asking(self.estimator, memory, frame, history, measures=True)
        memory.queue, over = asking.work_off(results, memory.queue, slots)
        if over:
            self._conclude(memory, frame, asking)
            asking.turn.why = over
        return asking.turn

    def _conclude(self, memory: Measuring, frame: Frame, asking: Asking) -> None:
        turn, known = asking.turn, {one.candidate.key: one for one in asking.scores}
        found = {
            name: [known[candidate.key] for candidate in memory.drawn[name] if candidate.key in known]
            for name in WORDS  # in this order, whatever a stored memory has
            if name in memory.drawn
        }
        for name, why in memory.empty.items():
            text = f"stage '{self.name}': {WORDS[name]} was not measured: {why}"
            turn.facts.append((f"empty {name}", Warned(frame.number, text)))
        turn.finished = frame.holdings
        fact = self._measured(frame, {name: scored for name, scored in found.items() if scored})
        if not fact.spaces:
            text = f"stage '{self.name}': nothing was measured: no network was scored within the budget"
            turn.facts.append(("nothing", Warned(frame.number, text)))
            return
        turn.facts.append(("measured", fact))
        turn.summary = {f"mean, {WORDS[name]}": space.mean.value for name, space in fact.spaces.items()}
        turn.summary |= {
            f"{WORDS[one.one]} beats {WORDS[one.other]}": one.superiority.value
            for one in fact.contests
            if one.one == NOW
        }

    def _measured(self, frame: Frame, found: Mapping[str, Sequence[Evaluation]]) -> SpaceMeasured:
        scores = {name: [one.score for one in scored] for name, scored in found.items()}
        spaces = {}
        for name, scored in found.items():
            of = figures(scores[name], seed_from(frame.seed, frame.number, "figures", name))
            costs = tuple(one.cost.madds for one in scored)
            spaces[name] = MeasuredSpace(WORDS[name], tuple(scores[name]), costs, of.mean, of.median, of.best)
        contests = tuple(
            SpaceContest(
                one, other, superiority(scores[one], scores[other], seed_from(frame.seed, frame.number, one, other))
            )
            for one, other in combinations(scores, 2)
        )
        return SpaceMeasured(frame.number, *self.ends(frame.limits), spaces, contests)


WORDS = {NOW: "this space", START: "the starting space", REFERENCE: "the reference-only space"}


def members(space: SearchSpace, count: int, chance: Chance) -> Iterator[Candidate]:
    """So many distinct random members as questions; where there are fewer, each comes again with another training seed.

    Raises Infeasible where the space has none.
    """
    distinct: dict[str, Candidate] = {}
    tries = 0
    while len(distinct) < count and tries < TRIES:
        candidate = Candidate(space.sample(chance))
        tries = tries + 1 if candidate.key in distinct else 0
        distinct.setdefault(candidate.key, candidate)
    found = list(distinct.values())
    for number in range(count):
        again, place = divmod(number, len(found))
        yield Candidate(found[place].architecture, repeat=again)
