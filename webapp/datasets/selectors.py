"""All reads of data."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from webapp.accounts.models import User
from webapp.accounts.selectors import teams_of
from webapp.datasets.models import Dataset


def datasets_of(user: User) -> QuerySet[Dataset]:
    """Built-in data and that of the user's teams, with versions."""
    seen = Q(team__isnull=True) | Q(team__in=teams_of(user))
    return Dataset.objects.filter(seen).prefetch_related("versions").order_by("name", "id")
