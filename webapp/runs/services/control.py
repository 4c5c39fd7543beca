"""What the user wants of a run. Each is a fact of the run, so that whoever watches it learns of it."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.utils import timezone

from nas_engine.events import Event, RunAsked, RunEnded
from nas_engine.run import recipe as read_recipe
from webapp.audit.services.record import Action, record
from webapp.queueing import send_on_commit
from webapp.quotas.services.refuse import require_room
from webapp.runs.models import Run, Work
from webapp.runs.services.events import append_events
from webapp.studies.models import Study

OUT = (Work.Status.QUEUED, Work.Status.RUNNING)


def start_run(study: Study, slots: int = 1) -> Run:
    """A run of a study's recipe. Raises QuotaSpent, and what `nas_engine.recipe.recipe` raises.

    After: saved, and its first decision sent.
    """
    plan = read_recipe(study.recipe)
    with transaction.atomic():
        require_room(study)
        run = Run.objects.create(study=study, recipe=plan.plain, slots=slots)
        send_on_commit("runs.advance_run", run.pk)
    return run


def pause(run: uuid.UUID) -> bool:
    """Before: running. After: nothing new is begun; Work that is out stops at its next boundary."""
    with transaction.atomic():
        return _ask(run, Run.Wanted.PAUSE)


def resume(run: uuid.UUID) -> bool:
    """Before: wanted to pause. After: queued Work is sent again and the run decides. Raises QuotaSpent."""
    with transaction.atomic():
        paused = Study.objects.filter(
            runs__in=Run.objects.filter(pk=run, status=Run.Status.RUNNING, wanted=Run.Wanted.PAUSE)
        )
        for study in paused.only("team"):
            require_room(study)
        asked = _ask(run, Run.Wanted.RUN)
        if asked:
            _send(run)
        return asked


def finish(run: uuid.UUID) -> bool:
    """Before: running or paused. After: the search concludes with what it has, then retrains and exports."""
    with transaction.atomic():
        asked = _ask(run, Run.Wanted.FINISH)
        if asked:  # queued Work is not sent again: the decision comes first, and may not want it any more
            send_on_commit("runs.advance_run", run)
        return asked


def cancel(run: uuid.UUID) -> bool:
    """Before: running or paused. After: over; what was found so far stays."""
    with transaction.atomic():
        if not _ask(run, Run.Wanted.CANCEL):
            return False
        Run.objects.filter(pk=run).update(status=Run.Status.CANCELLED, ended=timezone.now())
        Work.objects.filter(run=run, status__in=OUT).update(status=Work.Status.DROPPED, heartbeat=None)
        append_events(run, [Event("ended", RunEnded("cancelled", "cancelled by the user"))])
        row = Run.objects.select_related("study").defer("state").get(pk=run)
        record(Action.RUN_CANCELLED, row, f"a run of {row.study}", row.study.team_id)
        return True


def _ask(run: uuid.UUID, wanted: Run.Wanted) -> bool:
    """Write down what is wanted; False for a run that is over, or wanted so already."""
    asked = Run.objects.filter(pk=run, status=Run.Status.RUNNING).exclude(wanted=wanted).update(wanted=wanted)
    if asked:
        append_events(run, [Event(f"asked/{uuid.uuid4().hex[:12]}", RunAsked(wanted.value))])
    return bool(asked)


def _send(run: uuid.UUID) -> None:
    for work in Work.objects.filter(run=run, status=Work.Status.QUEUED):
        send_on_commit("runs.perform_work", work.pk)
    send_on_commit("runs.advance_run", run)
