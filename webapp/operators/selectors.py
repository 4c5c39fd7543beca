"""All reads of operator sets."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404

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


def offered_versions_of(user: User) -> QuerySet[OperatorSetVersion]:
    """Those of sets that are not retired."""
    return operator_set_versions_of(user).filter(operator_set__retired=None)


def two_versions(
    held: OperatorSet, older: str | None = None, newer: str | None = None
) -> tuple[OperatorSetVersion, OperatorSetVersion]:
    """Two versions of a set by their numbers: the newest, and the one before, unless said. Raises Http404 where there is none."""
    numbered = {str(version.number): version for version in held.versions.all()}
    later = numbered.get(newer or str(max(map(int, numbered))))
    if later is None:
        raise Http404
    earlier = numbered.get(older or str(max(1, later.number - 1)))
    if earlier is None:
        raise Http404
    return earlier, later
