"""All reads of pinned networks."""

from __future__ import annotations

from django.db.models import QuerySet

from webapp.accounts.models import User
from webapp.accounts.selectors import teams_of
from webapp.library.models import Pin
from webapp.runs.models import Run


def pins_of(user: User) -> QuerySet[Pin]:
    """Networks that the user's teams keep, newest first; without their recipes until these are asked for."""
    seen = Pin.objects.filter(team__in=teams_of(user)).select_related("team", "run__study", "created_by")
    return seen.defer("recipe", "run__state", "run__recipe", "run__study__recipe").order_by("-created", "-id")


def pin_of_network(run: Run, key: str) -> Pin | None:
    """The pin of a network of a run that the user may see."""
    return Pin.objects.filter(team=run.study.team_id, run=run, key=key).defer("recipe").first()
