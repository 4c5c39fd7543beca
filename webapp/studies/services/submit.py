"""A study is submitted: checked, saved, and begun."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction

from nas_engine.catalog import read_operators
from nas_engine.preview import refuse_impossible
from nas_engine.run import Recipe
from nas_engine.run import recipe as read_recipe
from nas_engine.wire import Plain, digest
from webapp.accounts.models import Role, Team, User
from webapp.accounts.selectors import require
from webapp.datasets.services.hold import hold_data
from webapp.operators.models import OperatorSetVersion
from webapp.refusals import Conflict
from webapp.runs.services.control import start_run
from webapp.studies.models import Study
from webapp.studies.services.tables import refuse_foreign_tables


@dataclass(frozen=True)
class Submission:
    """What a person asks for. `key` makes the same request, sent twice, one study.

    `operators`: the version of a saved set that the recipe's operators were taken from, which the study remembers.
    """

    team: Team
    recipe: dict[str, Any]
    name: str = ""
    slots: int = 1
    start: bool = True
    key: str = ""
    operators: OperatorSetVersion | None = None

    @property
    def digest(self) -> str:
        pinned = [] if self.operators is None else [str(self.operators.pk)]
        return digest([str(self.team.pk), self.recipe, self.name, self.slots, self.start, *pinned])


def submit_study(user: User, asked: Submission) -> tuple[Study, bool]:
    """Save a study and begin its first run; whether it is new.

    Raises NotAllowed for a viewer, Conflict for a key that came with another request and for operators that are not those of
    the set's version, InvalidRecipe for data that the team does not have and for a table that is not offered, and what the
    engine says of a recipe or a budget that cannot be: then nothing is saved.
    """
    require(user, asked.team, Role.EDITOR)
    known = _known(user, asked)
    if known is not None:
        return known, False
    plan = read_recipe(asked.recipe)
    refuse_foreign_tables(plan.plain)
    refuse_impossible(plan)
    _check_operators(asked, plan)
    try:
        with transaction.atomic():
            hold_data(asked.team, plan.plain)
            study = Study.objects.create(
                team=asked.team,
                name=asked.name or plan.name,
                recipe=plan.plain,
                operator_set_version=asked.operators,
                created_by=user,
                idempotency_key=asked.key,
                request_digest=asked.digest,
            )
            if asked.start:
                start_run(study, asked.slots)
            return study, True
    except IntegrityError:  # the same request came by another way at the same time
        known = _known(user, asked)
        if known is None:
            raise
        return known, False


def _check_operators(asked: Submission, plan: Recipe) -> None:
    """What a study says that it used is what it uses, and is its own team's."""
    if asked.operators is None:
        return
    if asked.operators.operator_set.team_id != asked.team.pk:
        raise Conflict(f"operator set {asked.operators} is another team's; save it in the team of the study")
    if asked.operators.operator_set.retired is not None:
        raise Conflict(f"operator set {asked.operators.operator_set} is retired; restore it, or name no version")
    if operators_of(plan.plain) != (asked.operators.labels, asked.operators.declared):
        wanted = ", ".join(asked.operators.labels)
        raise Conflict(
            f"space.operators and space.declared are not those of operator set {asked.operators}: {wanted};"
            " take these, or name no version"
        )


def operators_of(recipe: Mapping[str, Any]) -> tuple[list[str], list[Plain]]:
    """The operators of a recipe's space as a set holds them; none where it has no list of them. Raises NasError."""
    space = recipe.get("space")
    held = space if isinstance(space, dict) else {}
    listed, declared = held.get("operators"), held.get("declared")
    if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed) or not listed:
        return [], []
    given = declared if isinstance(declared, list) else []
    return read_operators(listed, [one for one in given if isinstance(one, dict) and one.get("name") in listed])


def _known(user: User, asked: Submission) -> Study | None:
    """The study that the same request made before."""
    if not asked.key:
        return None
    study = Study.objects.filter(created_by=user, idempotency_key=asked.key).first()
    if study is not None and study.request_digest != asked.digest:
        raise Conflict(
            f"Idempotency-Key {asked.key!r} came with another request before; use a new key for a new request"
        )
    return study
