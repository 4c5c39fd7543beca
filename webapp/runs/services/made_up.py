"""A finished study as large as is asked for: real networks at their true cost, with scores that are made up.

For whoever wants to see, or to measure, how the pages bear it. Nothing was trained, and the study's name says so.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from nas_engine.candidate import Fidelity
from nas_engine.events import (
    CandidateEvaluated,
    CandidateFailed,
    Event,
    RunEnded,
    RunStarted,
    StageFinished,
    StageStarted,
)
from nas_engine.preview import drawn
from nas_engine.run import recipe as read_recipe
from nas_engine.wire import digest
from webapp.accounts.models import Team
from webapp.runs.models import Run
from webapp.runs.services.events import append_events
from webapp.studies.models import Study

CHUNK = 2_000  # facts a transaction
FAILED = 0.01  # share of the networks that get no score
REASON = "its networks are real, its scores are made up: nothing was trained"
UNFINISHED = "its making was not finished"
OPERATORS = ["mb3_e1", "mb3_e3", "mb3_e6", "mb5_e3", "mb5_e6", "mb7_e3", "mb7_e6", "skip"]
SHARES = {"first look": (1, 0.25), "closer look": (4, 0.75)}  # stage -> epochs, share of the candidates
LEAST, MOST = 0.9e6, 2.6e6  # MAdds between which scores grow; the latter is the budget


def name_of(candidates: int) -> str:
    """What such a study is called."""
    return f"{candidates:,} candidates, made-up scores"


def recipe_of(candidates: int) -> dict[str, Any]:
    """Two random searches on the skeleton of mobile networks, 21 choices among eight operators each."""
    return {
        "version": 1,
        "name": name_of(candidates),
        "seed": 7,
        "task": {"kind": "image_classification"},
        "space": {"kind": "chain", "operators": OPERATORS, "skeleton": "mobile"},
        "budget": {"network": {"madds": int(MOST)}},
        "pipeline": [
            {
                "kind": "search",
                "name": name,
                "strategy": {"kind": "random", "draws": max(1, round(share * candidates))},
                "estimator": {"kind": "from_scratch", "epochs": epochs},
            }
            for name, (epochs, share) in SHARES.items()
        ],
    }


def make_up_study(team: Team, candidates: int, told: Callable[[int], None] = lambda _: None) -> Study:
    """A study of the team with one finished run of so many candidates. `told` hears how many there are so far.

    After: as if two searches had asked about them. What is interrupted leaves nothing behind.
    """
    plan = read_recipe(recipe_of(candidates))
    with transaction.atomic():
        study = Study.objects.create(team=team, name=name_of(candidates), recipe=plan.plain)
        run = Run.objects.create(  # over, until all of it is there: nobody works on it
            study=study, recipe=plan.plain, status=Run.Status.CANCELLED, reason=UNFINISHED, ended=timezone.now()
        )
    try:
        _fill(run, candidates, told)
    except BaseException:
        study.delete()
        raise
    return study


def _fill(run: Run, candidates: int, told: Callable[[int], None]) -> None:
    held: list[Event] = []
    answers = 0
    for event in _facts(run, candidates):
        held.append(event)
        if len(held) == CHUNK:
            answers += _write(run.pk, held)
            told(answers)
    answers += _write(run.pk, held)
    told(answers)
    Run.objects.filter(pk=run.pk).update(status=Run.Status.FINISHED, reason=REASON, ended=timezone.now())
    _tell_the_planner()


def _tell_the_planner() -> None:
    """PostgreSQL learns how many rows there are in its own time; after so many at once, it is told."""
    if connection.vendor == "postgresql" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("vacuum (analyze) runs_architecture, runs_candidate, runs_event")


def _write(run: uuid.UUID, held: list[Event]) -> int:
    append_events(run, held, announce=False)
    answers = sum(event.fact.kind.startswith("candidate") for event in held)
    held.clear()
    return answers


def _facts(run: Run, candidates: int) -> Iterator[Event]:
    """What the run would have told, in order."""
    plan = read_recipe(run.recipe)
    yield Event("started", RunStarted(plan.name, digest(run.recipe), plan.seed))
    first = round(candidates * next(share for _, share in SHARES.values()))
    for stage, (name, count) in enumerate(zip(SHARES, (first, candidates - first), strict=True)):
        epochs, _ = SHARES[name]
        fidelity, scope = Fidelity(epochs), digest(["made up", stage])
        yield Event(f"{stage}/started", StageStarted(stage, name))
        networks = drawn(plan, stage)
        scored = 0
        for number in range(count):
            network, cost = next(networks)
            score = _score(network.key, stage, cost.madds)
            if score is None:
                fact: Any = CandidateFailed(
                    stage, network.key, network, "out of memory", "made up: nothing was trained"
                )
            else:
                fact = CandidateEvaluated(stage, network.key, network, score, cost, fidelity, 0, scope)
                scored += 1
            yield Event(f"{stage}-evaluate-{number}/answer", fact)
        yield Event(f"{stage}/finished", StageFinished(stage, name, "finished", {"scored": float(scored)}))
    yield Event("ended", RunEnded("finished", REASON))


def _score(key: str, stage: int, madds: int) -> float | None:
    """Made up, always the same one for a network in a stage: grows with cost, levels off, with noise. None for a failure.

    In steps of 1/5000, as an accuracy on so many images, so that many are equal.
    """
    noise = digest([key, stage])
    luck, more, fails = (int(noise[place : place + 5], 16) / 16**5 for place in (0, 5, 10))
    if fails < FAILED:
        return None
    grown = min(1.0, max(0.0, (madds - LEAST) / (MOST - LEAST)))
    score = 0.44 + 0.08 * stage + 0.3 * (1 - (1 - grown) ** 2) + 0.12 * (luck + more - 1)
    return round(score * 5000) / 5000
