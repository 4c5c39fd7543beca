"""A study is renamed or deleted."""

from __future__ import annotations

from django.db import transaction

from webapp.accounts.models import Role, User
from webapp.accounts.selectors import require
from webapp.runs.services.delete import delete_run
from webapp.studies.models import Study


def rename_study(user: User, study: Study, name: str) -> Study:
    """Raises NotAllowed for a viewer."""
    require(user, study.team_id, Role.EDITOR)
    study.name = name
    study.save(update_fields=["name"])
    return study


def delete_study(user: User, study: Study) -> None:
    """After: the study, its runs and their files are gone; workers on them stop at once. Raises NotAllowed for a viewer."""
    require(user, study.team_id, Role.EDITOR)
    with transaction.atomic():
        for run in study.runs.all():
            delete_run(run)
        study.delete()
