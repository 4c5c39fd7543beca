"""Sample: networks that a strategy asks about before it decides again, and what came back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from nas_engine.architecture import Architecture
from nas_engine.candidate import Answer, Evaluation


@dataclass
class Sample:
    """Part of a strategy's memory: asked about in order, answered in any order."""

    networks: list[Architecture]
    scores: dict[str, float] = field(default_factory=dict)  # by key; a network that failed has none
    asked: int = 0
    answered: int = 0

    def ask(self, n: int) -> list[Architecture]:
        """The next ones, n at most; none where all have been asked about."""
        batch = self.networks[self.asked : self.asked + n]
        self.asked += len(batch)
        return batch

    def tell(self, answers: Sequence[Answer]) -> None:
        self.answered += len(answers)
        self.scores |= {a.candidate.architecture.key: a.score for a in answers if isinstance(a, Evaluation)}

    @property
    def complete(self) -> bool:
        """Whether all of it is answered."""
        return self.answered == len(self.networks)

    @property
    def scored(self) -> list[Architecture]:
        """Those that have a score, in the order asked."""
        return [network for network in self.networks if network.key in self.scores]

    @property
    def mean(self) -> float:
        """Of the scores, of which there is at least one."""
        return sum(self.scores[network.key] for network in self.scored) / len(self.scores)
