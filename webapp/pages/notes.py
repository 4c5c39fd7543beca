"""A note as a page shows it, with where it is edited."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from webapp.accounts.models import User
from webapp.accounts.selectors import may_edit
from webapp.notes.markdown import as_html
from webapp.notes.models import Note
from webapp.notes.selectors import note_of, note_of_network
from webapp.runs.models import Run
from webapp.studies.models import Study


@dataclass(frozen=True)
class NoteShown:
    """A note as its page shows it: rendered, or where there is none, an invitation to write one."""

    address: str
    back: str
    may_write: bool
    note: Note | None

    @property
    def html(self) -> str:
        return as_html(self.note.text) if self.note is not None else ""


def note_shown(user: User, study: Study) -> NoteShown:
    """Of a study."""
    back = reverse("study", args=(study.pk,))
    return NoteShown(reverse("study-note", args=(study.pk,)), back, may_edit(user, study.team_id), note_of(study))


def note_of_network_shown(user: User, run: Run, key: str) -> NoteShown:
    """Of a network of a run."""
    may, back = may_edit(user, run.study.team_id), reverse("architecture", args=(run.pk, key))
    return NoteShown(reverse("network-note", args=(run.pk, key)), back, may, note_of_network(run, key))
