"""A run's decisions, played to their end with made-up evaluations: no training, no files."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from nas_engine.candidate import Candidate, Evaluation
from nas_engine.events import CandidateEvaluated, Event
from nas_engine.recipe import Recipe, recipe
from nas_engine.run import Run, RunState, Step
from nas_engine.spaces import space
from nas_engine.wire import canonical, plain, read
from nas_engine.work import Result, Work

SEARCH_ONLY: dict[str, Any] = {
    "version": 1,
    "name": "search only",
    "seed": 3,
    "task": {"kind": "image_classification"},
    "space": {"kind": "chain", "operators": ["mb3_e2", "mb5_e2", "skip", "sep3"], "skeleton": "tiny"},
    "pipeline": [
        {
            "kind": "search",
            "strategy": {"kind": "ageing_evolution", "population": 6, "sample": 2, "cycles": 40},
            "estimator": {"kind": "from_scratch"},
        }
    ],
}


def changed(**fields: Any) -> Recipe:
    return recipe({**SEARCH_ONLY, **fields})


def made_up_score(candidate: Candidate) -> float:
    return candidate.seed(0) % 1000 / 1000


def answered(work: Work) -> Result:
    """A worker's answer to an evaluating Work, without a worker."""
    asked = [read(Candidate, value) for value in work.payload["candidates"]]  # type: ignore[attr-defined]
    found = space(work.payload["space"])  # type: ignore[arg-type]
    shape = recipe(SEARCH_ONLY).task.shape
    answers = [plain(Evaluation(c, made_up_score(c), found.cost(c.architecture, shape))) for c in asked]
    return Result(work.key, {"evaluations": answers, "failures": []}, None, 1.0)


class MemoryHistory:
    """What a journal would know."""

    def __init__(self) -> None:
        self.seen: list[tuple[int, str, Evaluation]] = []

    def learn(self, events: Iterable[Event]) -> None:
        for event in events:
            fact = event.fact
            if isinstance(fact, CandidateEvaluated):
                candidate = Candidate(fact.architecture, fact.fidelity, fact.repeat, fact.parents)
                self.seen.append((fact.stage, fact.scope, Evaluation(candidate, fact.score, fact.cost)))

    def evaluations(self, stage: int) -> list[Evaluation]:
        return [evaluation for number, _, evaluation in self.seen if number == stage]

    def find(self, scope: str, candidate: str) -> Evaluation | None:
        found = (e for _, known, e in self.seen if known == scope and e.candidate.key == candidate)
        return next(found, None)


def driven(
    plan: Recipe,
    slots: int = 1,
    restore: bool = False,
    answer: Callable[[Work], Result] = answered,
    most: int = 1000,
) -> tuple[RunState, list[Event], list[Work]]:
    """Run to the end; `restore` throws the run away and reads it back before every decision."""
    run, history = Run(plan), MemoryHistory()
    events: list[Event] = []
    queue: list[Work] = []
    done: list[Work] = []
    results: list[Result] = []
    for _ in range(most):
        step: Step = run.advance(results, slots, history)
        history.learn(step.events)
        events += step.events
        queue += step.work
        if step.status != "running":
            return run.state, events, done
        assert len(queue) <= slots
        done.append(queue[0])
        results = [answer(queue.pop(0))]
        if restore:
            run = Run.restored(plan, json.loads(canonical(step.state)))
    raise AssertionError("the run does not end")
