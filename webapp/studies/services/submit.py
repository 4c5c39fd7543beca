"""A study is submitted: checked, saved, and begun."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction

from nas_engine.preview import refuse_impossible
from nas_engine.run import recipe as read_recipe
from nas_engine.wire import digest
from webapp.accounts.models import Role, Team, User
from webapp.accounts.selectors import require
from webapp.refusals import Conflict
from webapp.runs.services.control import start_run
from webapp.studies.models import Study


@dataclass(frozen=True)
class Submission:
    """What a person asks for. `key` makes the same request, sent twice, one study."""

    team: Team
    recipe: dict[str, Any]
    name: str = ""
    slots: int = 1
    start: bool = True
    key: str = ""

    @property
    def digest(self) -> str:
        return digest([str(self.team.pk), self.recipe, self.name, self.slots, self.start])


def submit_study(user: User, asked: Submission) -> tuple[Study, bool]:
    """Save a study and begin its first run; whether it is new.

    Raises NotAllowed for a viewer, Conflict for a key that came with another request, and what the engine says of a recipe
    or a budget that cannot be: then nothing is saved.
    """
    require(user, asked.team, Role.EDITOR)
    known = _known(user, asked)
    if known is not None:
        return known, False
    plan = read_recipe(asked.recipe)
    refuse_impossible(plan)
    try:
        with transaction.atomic():
            study = Study.objects.create(
                team=asked.team,
                name=asked.name or plan.name,
                recipe=plan.plain,
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
