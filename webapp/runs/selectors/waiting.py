"""What waits for a worker: Work for a device, and runs for a decision."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from webapp.runs.models import GOING_ON, Run, Work


def claimable() -> QuerySet[Work]:
    """Queued Work of runs that are wanted to go on."""
    return Work.objects.filter(status=Work.Status.QUEUED, run__status=Run.Status.RUNNING, run__wanted__in=GOING_ON)


def undecided() -> QuerySet[Run]:
    """Runs whose first decision was never made, or with a result untold."""
    untold = Work.objects.filter(run=OuterRef("pk"), status=Work.Status.DONE, told__in=(False,))  # see `advance`
    return Run.objects.filter(Q(state__isnull=True) | Exists(untold), status=Run.Status.RUNNING, wanted__in=GOING_ON)
