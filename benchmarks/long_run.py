"""A run with many candidates, on rows: the first hundred by the services that write them, the others in bulk after their likeness.

Import it after `django.setup()`, with messages caught.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Max

from nas_engine.budget import Cost
from nas_engine.candidate import Candidate, Evaluation
from nas_engine.run import Result
from nas_engine.stages.asking import Answers
from nas_engine.wire import digest, plain, read
from webapp.accounts.models import Team
from webapp.runs.models import Architecture, Event, Run, Work
from webapp.runs.models import Candidate as CandidateRow
from webapp.runs.services.advance import advance_run
from webapp.runs.services.control import start_run
from webapp.studies.models import Study

REAL = 100
SEARCHES: dict[str, dict[str, Any]] = {
    "ageing_evolution": {"kind": "ageing_evolution", "population": 20, "sample": 5, "cycles": 1_000_000},
    "random": {"kind": "random", "draws": 20_000},
    "lissnas": {"kind": "lissnas", "sample": 400},
}
RECIPE: dict[str, Any] = {
    "version": 1,
    "name": "a long search",
    "seed": 1,
    "task": {"kind": "image_classification"},
    "space": {"kind": "chain", "operators": ["mb3_e1", "mb3_e2", "mb5_e1", "mb5_e2", "skip"], "skeleton": "mobile"},
}


def long_run(strategy: dict[str, Any], candidates: int) -> Run:
    """A run that has been told so many answers and has two Works out."""
    search = {"kind": "search", "strategy": strategy, "estimator": {"kind": "from_scratch", "epochs": 1}}
    team, _ = Team.objects.get_or_create(name="long runs")
    study = Study.objects.create(team=team, name=str(candidates), recipe={**RECIPE, "pipeline": [search]})
    run = start_run(study, slots=20)
    advance_run(run.pk)
    while (left := REAL - run.candidates.count()) > 0:
        if left <= 20:
            Run.objects.filter(pk=run.pk).update(slots=2)
        answer(run, left)
        if not advance_run(run.pk):
            raise RuntimeError(
                f"the run ended at {run.candidates.count()} of {REAL} candidates: its space is too small"
            )
    if candidates > REAL:
        _grown(run, candidates - REAL)
    run.refresh_from_db()
    return run


def answer(run: Run, most: int) -> None:
    """Results for Work that is out, as its workers would write them."""
    works = list(run.works.filter(status=Work.Status.QUEUED)[:most])
    for work in works:
        asked = [read(Candidate, value) for value in work.value["payload"]["candidates"]]
        scored = [Evaluation(c, int(c.architecture.key[:6], 16) / 16**6, Cost(1, 1)) for c in asked]
        work.status, work.result = Work.Status.DONE, plain(Result(work.key, plain(Answers(scored, [])), None, 1.0))
    Work.objects.bulk_update(works, ["status", "result"])


def _grown(run: Run, more: int) -> None:
    """So many more answers: Work, Event, Architecture and Candidate each, and what a random search remembers of them."""
    work, event = run.works.filter(told=True).first(), run.events.filter(kind="candidate evaluated").first()
    candidate = run.candidates.select_related("architecture").first()
    assert work is not None
    assert event is not None
    assert candidate is not None
    ordinal = (run.works.aggregate(newest=Max("ordinal"))["newest"] or 0) + 1
    run.refresh_from_db()
    names = [digest(["filler", number]) for number in range(more)]
    seqs = range(run.last_seq + 1, run.last_seq + 1 + more)
    like = candidate.architecture
    networks = [Architecture(kind=like.kind, skeleton=like.skeleton, key=name, genes=like.genes) for name in names]
    works = [_like(work, key=f"filler-{number}", ordinal=ordinal + number, id=_new_id()) for number in range(more)]
    events = [
        _like(event, key=f"filler/{seq}", seq=seq, payload={**event.payload, "key": name}, id=None)
        for name, seq in zip(names, seqs, strict=True)
    ]
    with transaction.atomic():
        Work.objects.bulk_create(works)
        Event.objects.bulk_create(events)
        Architecture.objects.bulk_create(networks, ignore_conflicts=True)
        kept = dict(Architecture.objects.filter(skeleton=like.skeleton).values_list("key", "pk"))
        CandidateRow.objects.bulk_create(
            _like(candidate, number=seq, architecture_id=kept[name], question=f"{candidate.scope}:{name}", id=None)
            for name, seq in zip(names, seqs, strict=True)
        )
        if run.state["memory"]["strategy"].get("seen"):  # empty in a vast space
            run.state["memory"]["strategy"]["seen"] += names
        run.last_seq += more
        run.save(update_fields=["state", "last_seq"])


def _new_id() -> object:
    return Work._meta.pk.get_default()


def _like(row: Any, **changed: object) -> Any:
    """A new row with the same values but these."""
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    return type(row)(**(values | changed))
