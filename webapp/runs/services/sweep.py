"""The sweeper: whatever messages were lost, rows are found again. Any number of sweepers may run."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from webapp.datasets.services.sweep import sweep_uploads
from webapp.environment import environment
from webapp.queueing import send_on_commit
from webapp.runs.models import Work
from webapp.runs.selectors.waiting import claimable, undecided
from webapp.runs.services.claim import reclaim_stale


def sweep() -> dict[str, int]:
    """Reclaim stale Work, send again what has been queued for long, wake runs that have not heard a result; the counts.

    The same for uploads, and those that were given up are removed.
    """
    found = Counter({"reclaimed": reclaim_stale(), "sent": _send_queued(), "woken": _wake_runs()})
    found.update(sweep_uploads())
    return dict(found)


def _send_queued() -> int:
    """A Work is sent again `resend_seconds` after it was last sent."""
    long_ago = Now() - timedelta(seconds=environment.resend_seconds)
    with transaction.atomic():
        found = list(
            claimable()
            .filter(Q(sent__isnull=True) | Q(sent__lt=long_ago), queued__lt=long_ago)
            .values_list("pk", flat=True)[:1000]
        )
        Work.objects.filter(pk__in=found).update(sent=Now())
        for work in found:
            send_on_commit("runs.perform_work", work)
    return len(found)


def _wake_runs() -> int:
    """Runs whose first decision was never made, or with a result untold."""
    with transaction.atomic():
        found = list(undecided().values_list("pk", flat=True)[:1000])
        for run in found:
            send_on_commit("runs.advance_run", run)
    return len(found)
