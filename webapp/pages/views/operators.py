"""The pages of operator sets: the list, one set with its versions, and the editor of a declared operator."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from nas_engine.errors import NasError
from nas_engine.preview import Place, folded, standing
from nas_engine.wire import plain
from webapp.accounts.selectors import may_edit, team_named, teams_to_edit
from webapp.operators.differences import differences
from webapp.operators.models import OperatorSet
from webapp.operators.selectors import operator_sets_of, two_versions
from webapp.operators.services.change import declare, drop, include
from webapp.operators.services.retire import restore_set, retire_set
from webapp.operators.services.save import create_operator_set
from webapp.pages.declaring.cards import asked_place, cards
from webapp.pages.declaring.state import Sketch, begun, sketch_of
from webapp.pages.draft.reading import text_of
from webapp.pages.draft.schemas import families
from webapp.pages.draft.wrong import Wrong, wrong
from webapp.pages.requests import Asked
from webapp.refusals import Conflict

USUAL = Place()
PAGE = 24
SHOWN = 6  # operators of a set on the list


@login_required
def operators(request: Asked) -> HttpResponse:
    """Every set of the user's teams with its newest version; `?retired=` those that are no longer offered."""
    retired = "retired" in request.GET
    sets = operator_sets_of(request.user).select_related("team")
    page = Paginator(sets.filter(retired__isnull=not retired), PAGE).get_page(request.GET.get("page"))
    asked = asked_place(request.GET, USUAL)
    shown = {
        "page": "operators",
        "sets": [_on_the_list(one, asked.place or USUAL) for one in page],
        "pages": page,
        "asked": asked,
        "retired": retired,
        "kept": [("retired", "1")] if retired else [],
        "others": sets.filter(retired__isnull=retired).exists(),
        "may_edit": teams_to_edit(request.user).exists(),
    }
    return render(request, "operators/operators.html", shown)


def _on_the_list(held: OperatorSet, place: Place) -> dict[str, Any]:
    version = held.versions.all()[0]
    own = {one["name"] for one in version.declared}
    first = sorted(cards(version, place), key=lambda one: not one.declared)[:SHOWN]
    more = len(version.labels) - len(first)
    return {"set": held, "version": version, "cards": first, "more": more, "declared": len(own)}


@login_required
def operator_set(request: Asked, pk: uuid.UUID) -> HttpResponse:
    """One set: a version's operators, and two versions side by side. Buttons come back as `act`; viewers are refused."""
    held = get_object_or_404(operator_sets_of(request.user).select_related("team"), pk=pk)
    said = _changed(request, held) if request.method == "POST" else ""
    if request.method == "POST" and not said:
        return redirect("operator-set", pk)
    held.refresh_from_db()
    _, version = two_versions(held, newer=request.GET.get("version"))
    versions = list(held.versions.all())
    asked = asked_place(request.GET, USUAL)
    compared = None
    if "newer" in request.GET or "older" in request.GET:
        older, newer = two_versions(held, request.GET.get("older"), request.GET.get("newer"))
        compared = {"older": older, "newer": newer, "operators": differences(older, newer)}
    shown = {
        "page": "operators",
        "set": held,
        "version": version,
        "versions": versions,
        "cards": cards(version, asked.place or USUAL),
        "asked": asked,
        "compared": compared,
        "kept": [("version", version.number)],
        "may_edit": may_edit(request.user, held.team_id),
        "may_change": may_edit(request.user, held.team_id) and held.retired is None and version == versions[0],
        "said": said,
    }
    return render(request, "operators/set.html", shown, status=422 if said else 200)


def _changed(request: Asked, held: OperatorSet) -> str:
    """Do what a button asks for; why not, where it cannot be."""
    act, _, name = text_of(request.POST, "act").partition(":")
    try:
        if act == "retire":
            retire_set(request.user, held)
        elif act == "restore":
            restore_set(request.user, held)
        elif act == "drop":
            drop(request.user, held, name)
        elif act == "include":
            include(request.user, held, text_of(request.POST, "label")[:600])
    except (NasError, Conflict) as error:
        return str(error)
    return ""


@login_required
def declare_operator(request: Asked, pk: uuid.UUID | None = None) -> HttpResponse:
    """Write an operator, step by step; a button comes back as `act`, and `save` saves it into its set, or into a new one.

    `?operator=`: one that the set's newest version declares.
    """
    held = None if pk is None else get_object_or_404(operator_sets_of(request.user).select_related("team"), pk=pk)
    if request.method != "POST":
        return _editor(request, held, *_opened(request, held))
    sketch, was = sketch_of(request.POST), text_of(request.POST, "was")
    sketch.look()
    if request.POST.get("act") != "save" or sketch.wrong is not None:
        return _editor(request, held, sketch, was, 422 if request.POST.get("act") == "save" else 200)
    try:
        if held is None:
            team, name = (
                team_named(request.user, text_of(request.POST, "team")),
                text_of(request.POST, "set_name")[:120],
            )
            if not name:
                sketch.wrong = Wrong("set_name", "a set needs a name, such as ‘ours’; up to 120 characters")
                return _editor(request, held, sketch, was, 422)
            held = create_operator_set(request.user, team, name, [sketch.name], [sketch.declaration])
        else:
            declare(request.user, held, sketch.declaration, was)
    except NasError as error:
        sketch.wrong = wrong(error).beside(["name", "nodes"])
    except Conflict as error:
        sketch.wrong = Wrong("name" if held else "set_name", str(error))
    else:
        return redirect("operator-set", held.pk)
    return _editor(request, held, sketch, was, 422)


def _opened(request: Asked, held: OperatorSet | None) -> tuple[Sketch, str]:
    """What the page begins with, and the name that it is saved under now."""
    name = request.GET.get("operator", "")
    if held is None or not name:
        return begun("own"), ""
    version = held.versions.all()[0]
    found = next((one for one in version.declared if one["name"] == name), None)
    if found is None:
        raise Http404
    return begun(name, found["nodes"]), name


def _editor(request: Asked, held: OperatorSet | None, sketch: Sketch, was: str, status: int = 200) -> HttpResponse:
    sketch.look()
    asked = asked_place(request.POST, USUAL)
    found = standing(sketch.label, asked.place) if sketch.label and asked.place else None
    shown = {
        "page": "operators",
        "set": held,
        "was": was,
        "sketch": sketch,
        "wrong": sketch.wrong,
        "asked": asked,
        "found": found,
        "graph": None if found is None else {"every": plain(found.graph), "folded": plain(folded(found.graph))},
        "kinds": {kind: schema["description"] for kind, schema in families()["primitives"].items()},
        "teams": list(teams_to_edit(request.user)),
        "team": text_of(request.POST, "team"),
        "set_name": text_of(request.POST, "set_name"),
        "may_save": teams_to_edit(request.user).exists() if held is None else may_edit(request.user, held.team_id),
    }
    whole = "HX-Request" not in request.headers
    return render(request, "operators/editor.html" if whole else "operators/sketch.html", shown, status=status)
