"""The sweeper: whatever messages were lost, rows are found again. Any number of sweepers may run."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce, Now

from webapp.datasets.services.sweep import sweep_uploads
from webapp.environment import environment
from webapp.queueing import messages_waiting, send_on_commit
from webapp.runs.models import Work
from webapp.runs.selectors.waiting import claimable, undecided
from webapp.runs.services.claim import reclaim_stale
from webapp.webhooks.services.sweep import sweep_deliveries

MOST = 1000  # messages of a kind that one sweep sends


def sweep() -> dict[str, int]:
    """Reclaim stale Work, send again what has been queued for long, wake runs that have not heard a result; the counts.

    The same for uploads, and those that were given up are removed; and for what webhooks are told.
    """
    found = Counter({"reclaimed": reclaim_stale(), "sent": _send_queued(), "woken": _wake_runs()})
    found.update(sweep_uploads())
    found.update(sweep_deliveries())
    return dict(found)


def _send_queued() -> int:
    """A Work is sent again `resend_seconds` after it was last sent, longest ago first."""
    long_ago = Now() - timedelta(seconds=environment.resend_seconds)
    late = claimable().filter(Q(sent__isnull=True) | Q(sent__lt=long_ago), queued__lt=long_ago)
    lost = _lost(claimable(), "device")
    with transaction.atomic():
        found = list(late.order_by(Coalesce("sent", "queued")).values_list("pk", flat=True)[:lost])
        Work.objects.filter(pk__in=found).update(sent=Now())
        for work in found:
            send_on_commit("runs.perform_work", work)
    return len(found)


def _wake_runs() -> int:
    """Runs whose first decision was never made, or with a result untold."""
    lost = _lost(undecided(), "short")
    with transaction.atomic():
        found = list(undecided().values_list("pk", flat=True)[:lost])
        for run in found:
            send_on_commit("runs.advance_run", run)
    return len(found)


def _lost(rows: QuerySet[Any], queue: str) -> int:
    """How many messages at least are lost, at most MOST: what waits for a worker, less the messages that do.

    Without it a long queue would grow by all of itself again and again.
    """
    waiting = rows.count()
    return min(MOST, max(0, waiting - messages_waiting(queue))) if waiting else 0
