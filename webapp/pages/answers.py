"""What a run answered about one network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from webapp.runs.models import Candidate, Run


@dataclass
class Answers:
    """Answers to one question, repeated: asked in one stage, at one fidelity, in one scope, so they are comparable."""

    stage: str
    fidelity: str
    scope: str
    asked: int = 0
    by_repeat: dict[int, float] = field(default_factory=dict)
    failures: list[Candidate] = field(default_factory=list)

    @property
    def scores(self) -> list[float]:
        """One a repeat: asked again with the same seed, the answer is the same one."""
        return list(self.by_repeat.values())

    @property
    def mean(self) -> float | None:
        return sum(self.scores) / len(self.scores) if self.scores else None

    @property
    def low(self) -> float:
        return min(self.scores)

    @property
    def high(self) -> float:
        return max(self.scores)


def fidelity_words(value: dict[str, Any]) -> str:
    """How hard the network was looked at."""
    epochs, share = value.get("epochs"), value.get("share", 1.0)
    words = [] if epochs is None else [f"{epochs} epoch{'' if epochs == 1 else 's'}"]
    if share != 1.0:
        words.append(f"{100 * share:.3g} % of the data")
    return ", ".join(words) or "full"


def grouped(run: Run, rows: Sequence[Candidate]) -> list[Answers]:
    """The answers, one line a question, in the order of asking."""
    names = [str(stage["name"]) for stage in run.recipe["pipeline"]]
    found: dict[tuple[Any, ...], Answers] = {}
    for row in rows:
        words = fidelity_words(row.fidelity) if row.status == Candidate.Status.SCORED else ""
        stage = names[row.stage] if row.stage < len(names) else str(row.stage)
        answers = found.setdefault((row.stage, words, row.scope), Answers(stage, words, row.scope))
        answers.asked += 1
        if row.score is None:
            answers.failures.append(row)
        else:
            answers.by_repeat[row.repeat] = row.score
    return list(found.values())
