"""LISSNAS: shrinks a space to pockets of good networks by locality (Gopal 2023, IJCAI).

Known from the paper's abstract and captions: sample, keep the best as seeds, add their neighbours, stop when the
average no longer rises. Everything with a number, and the two modes, is OUR CHOICE: the text was not to be had.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field

from nas_engine.architecture import Architecture
from nas_engine.candidate import Answer, Candidate, Evaluation
from nas_engine.chance import Chance
from nas_engine.errors import BudgetSpent
from nas_engine.events import Fact, SpaceShrunk
from nas_engine.products import Ranking
from nas_engine.spaces import SearchSpace, Subspace
from nas_engine.spaces.locality import Correlation, measured_radius, sampled_locality
from nas_engine.spaces.shrinkage import figures
from nas_engine.strategies.base import Strategy
from nas_engine.strategies.sample import Sample

LEAST_SEEDS = 5
MOST_ROUNDS = 20


@dataclass
class Round:
    """A space on trial: the neighbourhood of `seeds` (of round 0, which has none, the whole space)."""

    seeds: list[Architecture]
    size: int
    mean: float | None = None  # estimate of a fresh sample
    accepted: bool = False


@dataclass
class LissnasState:
    chance: Chance
    rounds: list[Round]
    radius: int
    sample: Sample  # of the round on trial
    finished: bool = False
    locality: list[Correlation] = field(default_factory=list)  # of the first sample


@dataclass
class Lissnas(Strategy[LissnasState]):
    """Rounds of: sample the space, take the best as seeds, and try the seeds' neighbourhood as the next space.

    `regrow` takes neighbours from the whole space, `intersect` only from the space before. The space returned is the
    last one whose fresh sample had a higher mean than the one before.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")
    kind: ClassVar[str] = "lissnas"
    gives: ClassVar[str] = "space"
    memory: ClassVar[type] = LissnasState

    sample: Annotated[int, Field(ge=5, le=100_000, description="networks estimated a round")] = 200
    seeds: Annotated[float, Field(gt=0, le=1, description="share of the sample kept as seeds (5 at least)")] = 0.1
    mode: Annotated[Literal["regrow", "intersect"], Field(description="where neighbours come from")] = "regrow"
    radius: Annotated[
        int, Field(ge=0, le=2, description="edits from a seed; 0: 2 where networks two edits apart score alike, else 1")
    ] = 1
    per_pocket: Annotated[bool, Field(description="seeds at least two edits apart, to keep pockets apart")] = False

    @property
    def evaluations(self) -> int | None:
        return None

    def start(self, space: SearchSpace, seed: int) -> None:
        self.space = space
        self.state = LissnasState(Chance(seed), [], self.radius or 1, Sample([]))
        self._try([])

    def ask(self, n: int) -> list[Candidate]:
        state = self.state
        if state.finished:
            return []
        seeds = tuple(seed.key for seed in state.rounds[-1].seeds)
        batch = state.sample.ask(n)
        return [Candidate(architecture, parents=self._parents(architecture, seeds)) for architecture in batch]

    def _parents(self, architecture: Architecture, seeds: tuple[str, ...]) -> tuple[str, ...]:
        """The seeds that brought it in; a seed's parent is itself no parent."""
        if architecture.key in seeds:
            return ()
        round_ = self.state.rounds[-1]
        return tuple(s.key for s in round_.seeds if self.space.distance(s, architecture) <= self.state.radius)

    def tell(self, answers: Sequence[Answer]) -> None:
        self.state.sample.tell(answers)
        if self.state.sample.complete:
            self._judge()

    def _judge(self) -> None:
        """All of the trial's sample is in: accept and go on, or stop."""
        state, trial = self.state, self.state.rounds[-1]
        before = state.rounds[-2].mean if len(state.rounds) > 1 else None
        if state.sample.scores:
            trial.mean = state.sample.mean
            trial.accepted = before is None or trial.mean > before
            if before is None:
                self._measure_locality()
        small = len(state.rounds) > 1 and trial.size <= self.sample / 4
        if not trial.accepted or small or len(state.rounds) > MOST_ROUNDS:
            state.finished = True
            return
        self._try(self._best())

    def _measure_locality(self) -> None:
        """Of the first sample, the only one that is uniform over the whole space."""
        state = self.state
        scores = {network: state.sample.scores[network.key] for network in state.sample.scored}
        state.locality = list(sampled_locality(self.space, scores))
        state.radius = self.radius or measured_radius(state.locality)

    def _best(self) -> list[Architecture]:
        sample = self.state.sample
        scored = sorted(sample.scored, key=lambda a: (-sample.scores[a.key], a.key))
        wanted = max(LEAST_SEEDS, round(self.seeds * len(scored)))
        if not self.per_pocket:
            return scored[:wanted]
        chosen: list[Architecture] = []
        for architecture in scored:
            if len(chosen) < wanted and all(self.space.distance(architecture, other) >= 2 for other in chosen):
                chosen.append(architecture)
        return chosen

    def _try(self, seeds: list[Architecture]) -> None:
        """Put the neighbourhood of the seeds on trial: draw its sample."""
        state = self.state
        if seeds:
            rounds = [*state.rounds, Round(seeds, 0)]
            members = sorted(self._members(rounds), key=lambda member: member.key)
            sample = state.chance.sample(members, self.sample)
            size = len(members)
        else:
            sample = self._draw()
            size = self.space.size
        state.rounds.append(Round(seeds, size))
        state.sample = Sample(sample)

    def _draw(self) -> list[Architecture]:
        """Distinct members of the whole space; fewer than asked for where it seems to hold no more."""
        drawn: dict[str, Architecture] = {}
        for _ in range(20 * self.sample):
            architecture = self.space.sample(self.state.chance)
            drawn.setdefault(architecture.key, architecture)
            if len(drawn) == self.sample:
                break
        return list(drawn.values())

    def _members(self, rounds: Sequence[Round]) -> set[Architecture]:
        """The space of the last of these rounds, from the seeds of all: so the state need not hold the space."""
        members: set[Architecture] | None = None
        for round_ in rounds:
            if not round_.seeds:
                continue
            near = self._around(round_.seeds)
            if self.mode == "intersect" and members is not None:
                near &= members
            members = near | set(round_.seeds)
        return members or set()

    def _around(self, seeds: Sequence[Architecture]) -> set[Architecture]:
        near, edge = set(seeds), set(seeds)
        for _ in range(self.state.radius):
            edge = {other for seed in edge for other in self.space.neighbours(seed)} - near
            near |= edge
        return near

    def facts(self, stage: int) -> Sequence[Fact]:
        judged = [(number, r, r.mean) for number, r in enumerate(self.state.rounds) if r.mean is not None]
        return [
            SpaceShrunk(stage, number, r.size, mean, tuple(seed.key for seed in r.seeds), r.accepted)
            for number, r, mean in judged
        ]

    def conclude(self, history: Iterable[Evaluation]) -> SearchSpace:
        """The last accepted space: the whole one where no round was better.

        Ended early, before the first sample was in: the neighbourhood of the best answers so far.
        """
        accepted = [r for r in self.state.rounds if r.accepted]
        if not accepted:
            if not self.state.sample.scores:
                raise BudgetSpent(
                    "LISSNAS: no network could be estimated, so there is nothing to shrink to; raise the budget"
                )
            return Subspace.of(self.space, self._around(self._best()))
        members = self._members(accepted)
        return Subspace.of(self.space, members) if members else self.space

    def figures(self, found: SearchSpace | Ranking, history: Sequence[Evaluation]) -> dict[str, float]:
        """What the shrink brought and kept, the radius, and the locality of the first sample by edits."""
        means = [r.mean for r in self.state.rounds if r.accepted and r.mean is not None]
        report = {"radius": float(self.state.radius)}
        report |= {f"locality at {at.distance}": at.value for at in self.state.locality}
        if len(means) > 1 and isinstance(found, SearchSpace):
            best = max(evaluation.score for evaluation in history)
            report |= figures(self.space, found, means[0], means[-1], best)
        return report
