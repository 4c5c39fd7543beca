"""Notes and tags, read and edited in place."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from webapp.accounts.models import Role
from webapp.accounts.selectors import may_edit, require
from webapp.notes.markdown import as_html
from webapp.notes.selectors import tags_in_use, tags_of
from webapp.notes.services.note import LONGEST, write_note, write_note_of_network
from webapp.notes.services.tags import MOST, NoSuchTags, set_tags
from webapp.pages.notes import NoteShown, note_of_network_shown, note_shown
from webapp.pages.requests import Asked
from webapp.refusals import NotAllowed, Refused
from webapp.runs.selectors.runs import runs_of
from webapp.studies.selectors import studies_of


@login_required
def study_note(request: Asked, pk: uuid.UUID) -> HttpResponse:
    """The note of a study: a GET with `?edit` is the form, a POST writes. Refused for viewers."""
    study = get_object_or_404(studies_of(request.user), pk=pk)
    said = ""
    if request.method == "POST":
        try:
            write_note(request.user, study, request.POST.get("text", ""), _read(request))
        except Refused as error:
            said = _said(error)
    return _answer(request, note_shown(request.user, study), said)


@login_required
def network_note(request: Asked, pk: uuid.UUID, key: str) -> HttpResponse:
    """The note of a network, as that of a study."""
    run = get_object_or_404(runs_of(request.user), pk=pk)
    said = ""
    if request.method == "POST":
        try:
            write_note_of_network(request.user, run, key, request.POST.get("text", ""), _read(request))
        except Refused as error:
            said = _said(error)
    return _answer(request, note_of_network_shown(request.user, run, key), said)


@login_required
@require_POST
def preview_note(request: Asked) -> HttpResponse:
    """The text, rendered; nothing is kept."""
    return render(request, "notes/preview.html", {"html": as_html(request.POST.get("text", "")[:LONGEST])})


@login_required
def study_tags(request: Asked, pk: uuid.UUID) -> HttpResponse:
    """The tags of a study: a GET with `?edit` is the form, a POST sets them. Refused for viewers."""
    study = get_object_or_404(studies_of(request.user), pk=pk)
    shown: dict[str, Any] = {"study": study, "may_ask": may_edit(request.user, study.team_id)}
    if request.method == "POST":
        typed = request.POST.get("tags", "")
        try:
            set_tags(request.user, study, typed.split(","))
        except NoSuchTags as error:
            shown |= {"said": str(error), "typed": typed, "editing": True}
        if "HX-Request" not in request.headers and "said" not in shown:
            return redirect("study", study.pk)
    elif "edit" in request.GET:
        require(request.user, study.team_id, Role.EDITOR)
        shown |= {"editing": True, "typed": ", ".join(tags_of(study))}
    known = tags_in_use(request.user) if shown.get("editing") else []
    return render(request, "notes/tags.html", {**shown, "tags": tags_of(study), "known": known, "most": MOST})


def _answer(request: Asked, shown: NoteShown, said: str) -> HttpResponse:
    """The note, or its form; after a refusal the form again, with what was typed."""
    if request.method == "POST" and not said and "HX-Request" not in request.headers:
        return redirect(shown.back)
    if said:
        text = request.POST.get("text", "")
        return render(request, "notes/form.html", _form(shown, said, text, _read(request) or 0), status=200)
    if "edit" in request.GET:
        if not shown.may_write:
            raise NotAllowed("writing a note takes the role 'editor' in the team; ask an owner")
        note = shown.note
        return render(
            request, "notes/form.html", _form(shown, "", note.text if note else "", note.version if note else 0)
        )
    return render(request, "notes/note.html", {"shown": shown})


def _form(shown: NoteShown, said: str, text: str, version: int) -> dict[str, Any]:
    return {"shown": shown, "said": said, "text": text, "version": version, "most": LONGEST, "html": as_html(text)}


def _read(request: Asked) -> int | None:
    version = request.POST.get("version", "")
    return int(version) if version.isdecimal() and len(version) < 10 else None


def _said(error: Refused) -> str:
    """What the form says; who may not write at all gets the page of a refusal."""
    if isinstance(error, NotAllowed):
        raise error
    return str(error)
