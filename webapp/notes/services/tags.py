"""The tags of a study are set, as a whole."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from webapp.accounts.models import Role, User
from webapp.accounts.selectors import require
from webapp.notes.models import Tag
from webapp.refusals import Refused
from webapp.studies.models import Study

MOST, LONGEST = 12, 32


class NoSuchTags(Refused):
    """More tags than a study takes, or longer ones."""

    slug = "no-such-tags"


def set_tags(user: User, study: Study, names: Iterable[str]) -> list[str]:
    """After: the study has these and no others; as they are kept. Raises NotAllowed for a viewer, NoSuchTags."""
    require(user, study.team_id, Role.EDITOR)
    wanted = sorted({name for name in map(tidy, names) if name})
    too_long = next((name for name in wanted if len(name) > LONGEST), None)
    if too_long is not None:
        raise NoSuchTags(f"tags: got one of {len(too_long)} characters, wanted at most {LONGEST}: {too_long[:60]!r}…")
    if len(wanted) > MOST:
        raise NoSuchTags(f"tags: got {len(wanted)}, wanted at most {MOST}: leave some out")
    with transaction.atomic():
        Tag.objects.filter(study=study).exclude(name__in=wanted).delete()
        Tag.objects.bulk_create([Tag(study=study, name=name) for name in wanted], ignore_conflicts=True)
    return wanted


def tidy(name: str) -> str:
    """As it is kept: small letters, single spaces, no commas, which part them."""
    return " ".join("".join(letter for letter in name if letter.isprintable()).replace(",", " ").lower().split())
