"""All reads of studies."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.db.models import Count, QuerySet

from webapp.accounts.models import User
from webapp.accounts.selectors import teams_of
from webapp.datasets.models import DatasetVersion
from webapp.studies.models import Study

TITLES = {"quickstart": "A few minutes on a laptop", "tiny": "A few seconds, to try the machinery"}
DEFAULT_TEMPLATE = "quickstart"


@dataclass(frozen=True)
class Template:
    """A recipe to begin with."""

    name: str
    title: str
    recipe: dict[str, Any]


@cache
def templates() -> dict[str, Template]:
    """The recipes that come with the studio, the default one first."""
    found = {}
    for name, title in TITLES.items():
        recipe = json.loads((settings.EXAMPLES / f"{name}.json").read_text())
        found[name] = Template(name, title, recipe)
    return found


def studies_of(user: User) -> QuerySet[Study]:
    """Studies that a user may see, newest first, with the number of their runs."""
    seen = Study.objects.filter(team__in=teams_of(user)).select_related(
        "team", "created_by", "operator_set_version__operator_set"
    )
    return seen.annotate(run_count=Count("runs")).order_by("-created", "-id")


def studies_on(version: DatasetVersion) -> QuerySet[Study]:
    """Studies of the data's team whose recipe names this version."""
    named = Study.objects.filter(team=version.dataset.team_id, recipe__task__data__sha256=version.sha256)
    return named.order_by("-created", "-id")
