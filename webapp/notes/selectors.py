"""All reads of notes and tags."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.db.models import Count

from webapp.accounts.models import User
from webapp.accounts.selectors import teams_of
from webapp.notes.models import Note, Tag
from webapp.runs.models import Run
from webapp.studies.models import Study

OFFERED = 100  # tags, to choose from


def note_of(study: Study) -> Note | None:
    """Of a study that the user may see."""
    return Note.objects.filter(study=study, run=None).select_related("edited_by").first()


def note_of_network(run: Run, key: str) -> Note | None:
    """Of a network of a run that the user may see."""
    return Note.objects.filter(run=run, key=key).select_related("edited_by").first()


def tags_of(study: Study) -> list[str]:
    """In order of the alphabet."""
    return list(study.tags.values_list("name", flat=True))


def tags_in_use(user: User) -> list[str]:
    """Those of the studies of the user's teams, the most used first."""
    used = Tag.objects.filter(study__team__in=teams_of(user)).order_by().values("name").annotate(count=Count("pk"))
    return list(used.order_by("-count", "name").values_list("name", flat=True)[:OFFERED])


def tags_by_study(studies: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[str]]:
    """Of studies that the user may see; one without is left out."""
    found: dict[uuid.UUID, list[str]] = {}
    for study, name in Tag.objects.filter(study__in=studies).order_by("name").values_list("study", "name"):
        found.setdefault(study, []).append(name)
    return found
