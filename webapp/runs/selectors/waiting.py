"""What waits for a worker: Work for a device, and runs for a decision."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from webapp.quotas.limits import spent_teams
from webapp.runs.models import GOING_ON, Run, Work


def going_on() -> QuerySet[Run]:
    """Runs that are wanted to go on, of teams that have device seconds left."""
    wanted = Run.objects.filter(status=Run.Status.RUNNING, wanted__in=GOING_ON).order_by()
    spent = spent_teams()
    return wanted.exclude(study__team__in=spent) if spent else wanted


def claimable() -> QuerySet[Work]:
    """Queued Work that a worker may take."""
    waiting = Work.objects.filter(status=Work.Status.QUEUED, run__status=Run.Status.RUNNING, run__wanted__in=GOING_ON)
    spent = spent_teams()
    return waiting.exclude(run__study__team__in=spent) if spent else waiting


def undecided() -> QuerySet[Run]:
    """Runs whose first decision was never made, or with a result untold."""
    untold = Work.objects.filter(run=OuterRef("pk"), status=Work.Status.DONE, told__in=(False,))  # see `advance`
    return Run.objects.filter(Q(state__isnull=True) | Exists(untold), status=Run.Status.RUNNING, wanted__in=GOING_ON)
