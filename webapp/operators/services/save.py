"""An operator set is saved: each time as a new version."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import IntegrityError, transaction

from nas_engine.catalog import read_labels
from nas_engine.wire import digest
from webapp.accounts.models import Role, Team, User
from webapp.accounts.selectors import require
from webapp.operators.models import OperatorSet, OperatorSetVersion
from webapp.refusals import Conflict


def create_operator_set(user: User, team: Team, name: str, labels: Sequence[str]) -> OperatorSet:
    """A set with its first version.

    Raises NotAllowed for a viewer, Conflict for a name that the team has already, UnknownComponent for a label that no
    operator reads.
    """
    require(user, team, Role.EDITOR)
    try:
        with transaction.atomic():
            made = OperatorSet.objects.create(team=team, name=name)
            _add(made, 1, labels)
            return made
    except IntegrityError as error:
        raise Conflict(f"the team has an operator set named {name!r} already; save a new version of it") from error


def add_version(user: User, operator_set: OperatorSet, labels: Sequence[str]) -> OperatorSetVersion:
    """The next version; the newest one again where nothing changed. Raises as `create_operator_set` does."""
    require(user, operator_set.team_id, Role.EDITOR)
    with transaction.atomic():
        newest = operator_set.versions.select_for_update().first()
        assert newest is not None  # every set begins with one
        if newest.labels == read_labels(labels):
            return newest
        return _add(operator_set, newest.number + 1, labels)


def _add(operator_set: OperatorSet, number: int, labels: Sequence[str]) -> OperatorSetVersion:
    written = read_labels(labels)
    return OperatorSetVersion.objects.create(
        operator_set=operator_set, number=number, labels=written, digest=digest(written)
    )
