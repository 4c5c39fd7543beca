"""What the user wants of a run."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.utils import timezone

from nas_engine.events import Event, RunEnded
from nas_engine.run import recipe as read_recipe
from webapp.queueing import send_on_commit
from webapp.runs.models import Run, Work
from webapp.runs.services.events import append_events
from webapp.studies.models import Study


def start_run(study: Study, slots: int = 1) -> Run:
    """A run of a study's recipe. Raises what `nas_engine.recipe.recipe` raises. After: saved, and its first decision sent."""
    plan = read_recipe(study.recipe)
    with transaction.atomic():
        run = Run.objects.create(study=study, recipe=plan.plain, slots=slots)
        send_on_commit("runs.advance_run", run.pk)
    return run


def pause(run: uuid.UUID) -> None:
    """Before: running. After: nothing new is begun; Work that is out stops at its next boundary."""
    Run.objects.filter(pk=run, status=Run.Status.RUNNING).update(wanted=Run.Wanted.PAUSE)


def resume(run: uuid.UUID) -> None:
    """Before: wanted to pause. After: queued Work is sent again and the run decides."""
    with transaction.atomic():
        if Run.objects.filter(pk=run, status=Run.Status.RUNNING).update(wanted=Run.Wanted.RUN):
            for work in Work.objects.filter(run=run, status=Work.Status.QUEUED):
                send_on_commit("runs.perform_work", work.pk)
            send_on_commit("runs.advance_run", run)


def cancel(run: uuid.UUID) -> None:
    """Before: running or paused. After: over; what was found so far stays."""
    with transaction.atomic():
        over = Run.objects.filter(pk=run, status=Run.Status.RUNNING).update(
            wanted=Run.Wanted.CANCEL, status=Run.Status.CANCELLED, ended=timezone.now()
        )
        if over:
            Work.objects.filter(run=run, status__in=(Work.Status.QUEUED, Work.Status.RUNNING)).update(
                status=Work.Status.DROPPED, heartbeat=None
            )
            append_events(run, [Event("ended", RunEnded("cancelled", "cancelled by the user"))])
