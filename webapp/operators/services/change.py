"""A set with one operator more, less or another: its next version."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction

from nas_engine.catalog import read_operators
from webapp.accounts.models import Role, User
from webapp.accounts.selectors import require
from webapp.operators.models import OperatorSet, OperatorSetVersion
from webapp.operators.services.save import add_version
from webapp.refusals import Conflict

Declared = list[dict[str, Any]]
Change = Callable[[list[str], Declared], tuple[list[str], Declared]]


def declare(user: User, held: OperatorSet, declaration: dict[str, Any], was: str = "") -> OperatorSetVersion:
    """With this declared operator: in the place of the one named `was`, or at the end. Raises as `add_version` does."""
    name = str(declaration.get("name", ""))

    def change(labels: list[str], declared: Declared) -> tuple[list[str], Declared]:
        if name != was and name in labels:
            raise Conflict(f"the set has an operator named {name!r} already; give this one another name")
        if was not in labels:
            return [*labels, name], [*declared, declaration]
        others = [declaration if one["name"] == was else one for one in declared]
        return [name if label == was else label for label in labels], others

    return _changed(user, held, change)


def include(user: User, held: OperatorSet, label: str) -> OperatorSetVersion:
    """With an operator that is known by its label. Raises as `add_version` does."""
    written = read_operators([label])[0][0]
    return _changed(user, held, lambda labels, declared: ([*labels, *({written} - set(labels))], declared))


def drop(user: User, held: OperatorSet, label: str) -> OperatorSetVersion:
    """Without an operator. Raises as `add_version` does: a set holds one at least."""
    return _changed(
        user,
        held,
        lambda labels, declared: (
            [one for one in labels if one != label],
            [one for one in declared if one["name"] != label],
        ),
    )


def _changed(user: User, held: OperatorSet, change: Change) -> OperatorSetVersion:
    """The next version, made of the newest one under its lock, so that no other change is lost."""
    require(user, held.team_id, Role.EDITOR)
    with transaction.atomic():
        OperatorSet.objects.select_for_update().get(pk=held.pk)
        newest = held.versions.order_by("-number").first()
        assert newest is not None  # every set begins with one
        return add_version(user, held, *change(list(newest.labels), list(newest.declared)))
