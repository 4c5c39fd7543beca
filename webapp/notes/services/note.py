"""A note is written: anew, over what its writer read, or away."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.db.models import F
from django.http import Http404
from django.utils import timezone

from webapp.accounts.models import Role, User
from webapp.accounts.selectors import require
from webapp.notes.models import Note
from webapp.refusals import Conflict, Refused
from webapp.runs.models import Run
from webapp.runs.selectors.candidates import genes_of
from webapp.studies.models import Study

LONGEST = 20_000  # characters


class TooLong(Refused):
    """More text than a note takes."""

    slug = "too-long"


def write_note(user: User, study: Study, text: str, read: int | None = None) -> None:
    """After: the study has this note, or none where the text is empty.

    `read`: the version that the writer had before them (0 for none); left out, whatever is there is written over. Raises
    NotAllowed for a viewer, TooLong, and Conflict where somebody else has written since.
    """
    _write(user, study, None, "", text, read)


def write_note_of_network(user: User, run: Run, key: str, text: str, read: int | None = None) -> None:
    """As `write_note`. Raises Http404 for a network that the run knows nothing of."""
    if genes_of(run, key) is None:
        raise Http404
    _write(user, run.study, run, key, text, read)


def _write(user: User, study: Study, run: Run | None, key: str, text: str, read: int | None) -> None:
    require(user, study.team_id, Role.EDITOR)
    text = text.replace("\0", "").replace("\r\n", "\n").strip()
    if len(text) > LONGEST:
        raise TooLong(f"text: got {len(text):,} characters, wanted at most {LONGEST:,}")
    with transaction.atomic():
        known = Note.objects.filter(study=study, run=run, key=key)
        here = known.values_list("version", flat=True).first() or 0
        if read is not None and read != here:
            raise Conflict("somebody else has written this note since you opened it; open it again, and add yours")
        if not text:
            known.delete()
        elif here:
            changed = known.filter(version=here).update(
                text=text, version=F("version") + 1, edited_by=user, edited=timezone.now()
            )
            if not changed:
                raise Conflict("somebody else is writing this note; open it again, and add yours")
        else:
            _begin(user, study, run, key, text)


def _begin(user: User, study: Study, run: Run | None, key: str, text: str) -> None:
    try:
        with transaction.atomic():
            Note.objects.create(study=study, run=run, key=key, text=text, edited_by=user)
    except IntegrityError as error:
        raise Conflict("somebody else is writing this note; open it again, and add yours") from error
