"""Runs that a user may see, and the one word that says how each is."""

from __future__ import annotations

from django.db.models import QuerySet

from webapp.accounts.models import User
from webapp.accounts.selectors import teams_of
from webapp.live import fold
from webapp.runs.models import Run, Work


def runs_of(user: User) -> QuerySet[Run]:
    """Newest first; without the engine's state, which only decisions read."""
    seen = Run.objects.filter(study__team__in=teams_of(user)).select_related("study")
    return seen.defer("state", "recipe").order_by("-created", "-id")


def shown(run: Run) -> str:
    """`status`, or what a running run is about: pausing until its workers have let go, then paused; finishing."""
    asks = run.status == Run.Status.RUNNING and run.wanted == Run.Wanted.PAUSE
    busy = asks and run.works.filter(status=Work.Status.RUNNING).exists()
    return fold.shown(run.status, run.wanted, busy=busy)
