"""The best network that a run has found so far, before or without a retraining; its files are drawn, not kept."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

from nas_engine.preview import recipe as read_recipe
from nas_engine.preview import untrained
from webapp.runs.models import Candidate, Run


@dataclass(frozen=True)
class BestSoFar:
    """The best find of the newest stage that has one: scores of different estimators are not comparable."""

    run: Run
    candidate: Candidate

    @property
    def stage(self) -> str:
        """The name of the stage that scored it."""
        return str(self.run.recipe["pipeline"][self.candidate.stage]["name"])

    @cached_property
    def files(self) -> dict[str, bytes]:
        """Document, source without weights and a card that says so: name -> content, the same ones each time."""
        found = self.candidate
        assert found.score is not None
        texts = untrained(read_recipe(self.run.recipe), found.architecture.genes, found.score, found.stage)
        return {name: text.encode() for name, text in sorted(texts.items())}

    @property
    def listed(self) -> list[tuple[str, int, str]]:
        """Name, size and SHA-256 of each file."""
        return [(name, len(data), sha256(data).hexdigest()) for name, data in self.files.items()]


def best_so_far(run: Run) -> BestSoFar | None:
    """None before the first score."""
    improved = Candidate.objects.filter(run=run, improved=True).select_related("architecture")
    found = improved.order_by("-stage", "-number").first()
    return None if found is None else BestSoFar(run, found)
