"""All reads of operator sets."""

from __future__ import annotations

from django.db.models import QuerySet

from webapp.accounts.models import User
from webapp.accounts.selectors import teams_of
from webapp.operators.models import OperatorSet, OperatorSetVersion


def operator_sets_of(user: User) -> QuerySet[OperatorSet]:
    """Sets that a user may use, with their versions."""
    return OperatorSet.objects.filter(team__in=teams_of(user)).prefetch_related("versions").order_by("name", "id")


def operator_set_versions_of(user: User) -> QuerySet[OperatorSetVersion]:
    """Versions of those sets, newest first."""
    found = OperatorSetVersion.objects.filter(operator_set__team__in=teams_of(user)).select_related(
        "operator_set__team"
    )
    return found.order_by("operator_set__name", "operator_set_id", "-number")
