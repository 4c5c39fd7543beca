"""An operator set is saved: each time as a new version."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import IntegrityError, transaction

from nas_engine.catalog import read_operators
from nas_engine.wire import Plain, digest
from webapp.accounts.models import Role, Team, User
from webapp.accounts.selectors import require
from webapp.operators.models import OperatorSet, OperatorSetVersion
from webapp.refusals import Conflict


def create_operator_set(
    user: User, team: Team, name: str, labels: Sequence[str], declared: Sequence[object] = ()
) -> OperatorSet:
    """A set with its first version. `declared`: the operators that some of the labels name.

    Raises NotAllowed for a viewer, Conflict for a name that the team has already, UnknownComponent for a label that no
    operator reads, InvalidRecipe for a declaration that cannot be.
    """
    require(user, team, Role.EDITOR)
    try:
        with transaction.atomic():
            made = OperatorSet.objects.create(team=team, name=name)
            _add(made, 1, *read_operators(labels, declared))
            return made
    except IntegrityError as error:
        raise Conflict(f"the team has an operator set named {name!r} already; save a new version of it") from error


def add_version(
    user: User, operator_set: OperatorSet, labels: Sequence[str], declared: Sequence[object] = ()
) -> OperatorSetVersion:
    """The next version; the newest one again where nothing changed.

    Raises as `create_operator_set` does, and Conflict for a set that is retired.
    """
    require(user, operator_set.team_id, Role.EDITOR)
    written = read_operators(labels, declared)
    with transaction.atomic():
        held = OperatorSet.objects.select_for_update().get(pk=operator_set.pk)
        if held.retired is not None:
            raise Conflict(f"operator set {held} is retired; restore it to add a version")
        newest = held.versions.first()
        assert newest is not None  # every set begins with one
        if (newest.labels, newest.declared) == written:
            return newest
        return _add(held, newest.number + 1, *written)


def _add(operator_set: OperatorSet, number: int, labels: list[str], declared: list[Plain]) -> OperatorSetVersion:
    named = digest([labels, declared] if declared else labels)
    return OperatorSetVersion.objects.create(
        operator_set=operator_set, number=number, labels=labels, declared=declared, digest=named
    )
