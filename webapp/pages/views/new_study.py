"""The New study page."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from nas_engine.errors import NasError
from webapp.accounts.selectors import team_named, teams_to_edit
from webapp.datasets.selectors import versions_of
from webapp.library.selectors import pins_of
from webapp.operators.selectors import offered_versions_of
from webapp.pages.draft.form import form
from webapp.pages.draft.own_data import begun_with, offer_data
from webapp.pages.draft.own_space import begun_with_space, offer_spaces, take_space
from webapp.pages.draft.reading import text_of
from webapp.pages.draft.schemas import families
from webapp.pages.draft.sets import begun_with_operators, pinned, save, sets_shown, take
from webapp.pages.draft.starts import starts
from webapp.pages.draft.state import Draft, act, draft_of
from webapp.pages.draft.ways import ways
from webapp.pages.draft.wrong import Wrong, wrong
from webapp.pages.requests import Asked
from webapp.quotas.selectors import Use, uses_of
from webapp.refusals import Refused
from webapp.runs.selectors.runs import runs_of
from webapp.spaces.selectors import spaces_of
from webapp.studies.models import Study
from webapp.studies.names import name_after
from webapp.studies.selectors import DEFAULT_TEMPLATE, studies_of, templates
from webapp.studies.services.retrain import Longer, retraining
from webapp.studies.services.submit import Submission, submit_study


@login_required
def new_study(request: Asked) -> HttpResponse:
    """Write a recipe and submit it; a button comes back as `act`.

    `?template=`, `?study=`, `?from=` (a run), `?data=`, `?space=` and `?operators=` (a version of a set) fill the page.
    """
    if request.method != "POST":
        return _page(request, _begun(request), 200)
    draft, name = _sent(request), request.POST.get("act", "")
    if name == "submit":
        made = _submitted(request, draft)
        return _page(request, draft, 422) if made is None else redirect("study", made.pk)
    if name == "save-set" and draft.text is None:
        _save_set(request, draft)
    act(draft, name, request.POST)
    return _page(request, draft, 200)


@login_required
@require_POST
def preview_study(request: Asked) -> HttpResponse:
    """What is known of the recipe as it stands on the page; nothing is saved."""
    return render(request, "studies/new_panel.html", {**_shown(request, _sent(request)), "follows": True})


def _sent(request: Asked) -> Draft:
    """The draft that a page sent, with the operators of the set that was chosen on it."""
    draft = draft_of(request.POST)
    take(request.user, draft)
    take_space(request.user, draft)
    return draft


def _save_set(request: Asked, draft: Draft) -> None:
    try:
        save(request.user, team_named(request.user, draft.team), draft, text_of(request.POST, "set_name"))
    except Refused as error:
        draft.wrong = Wrong("set_name", str(error))


def _begun(request: Asked) -> Draft:
    """The recipe of a study, of a run, of what the library keeps, of a template, or of the default one."""
    if "study" in request.GET:
        study = get_object_or_404(studies_of(request.user), pk=_identity(request.GET["study"]))
        return Draft(study.recipe, team=str(study.team_id), operator_set=str(study.operator_set_version_id or ""))
    if "from" in request.GET:
        run = get_object_or_404(runs_of(request.user), pk=_identity(request.GET["from"]))
        version = run.study.operator_set_version_id
        return Draft(run.recipe, team=str(run.study.team_id), operator_set=str(version or ""))
    known = templates()
    if "data" in request.GET:
        packed = get_object_or_404(versions_of(request.user), pk=_identity(request.GET["data"]))
        team = str(packed.dataset.team_id or "")
        return Draft(begun_with(known[DEFAULT_TEMPLATE].recipe, packed), team=team, template=DEFAULT_TEMPLATE)
    if "space" in request.GET:
        saved = get_object_or_404(spaces_of(request.user), pk=_identity(request.GET["space"]))
        return Draft(begun_with_space(saved), team=str(saved.team_id))
    if "pin" in request.GET:
        kept = get_object_or_404(pins_of(request.user), pk=_identity(request.GET["pin"]))
        recipe = {**retraining(kept.recipe, kept.genes, Longer()), "name": name_after(kept.name)}
        return Draft(recipe, team=str(kept.team_id))
    if "operators" in request.GET:
        chosen = get_object_or_404(offered_versions_of(request.user), pk=_identity(request.GET["operators"]))
        return begun_with_operators(chosen)
    name = request.GET.get("template", DEFAULT_TEMPLATE)
    name = name if name in known else DEFAULT_TEMPLATE
    return Draft(known[name].recipe, template=name)


def _identity(text: str) -> uuid.UUID:
    """The id that an address names; one that nothing has, where it names none."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.UUID(int=0)


def _submitted(request: Asked, draft: Draft) -> Study | None:
    """The study, or None where it is refused; the draft says why."""
    if draft.wrong is not None:
        return None
    try:
        team = team_named(request.user, draft.team)
        asked = Submission(team, draft.recipe, operators=pinned(request.user, draft, team))
        # the page and what it says: sent twice it is one study, changed and sent again it is another
        study, _ = submit_study(request.user, replace(asked, key=f"page {draft.key} {asked.digest}"))
    except NasError as error:
        draft.wrong = wrong(error)
    except Refused as error:
        draft.wrong = Wrong("", str(error))
    else:
        return study
    return None


def _uses(request: Asked, draft: Draft) -> list[Use]:
    """What the team may use that the study would be of; none where that is not clear yet."""
    try:
        return uses_of(team_named(request.user, draft.team))
    except Refused:
        return []


def _page(request: Asked, draft: Draft, status: int) -> HttpResponse:
    template = "studies/new_draft.html" if request.headers.get("HX-Request") else "studies/new.html"
    return render(request, template, _shown(request, draft), status=status)


def _shown(request: Asked, draft: Draft) -> dict[str, Any]:
    """Everything that the templates show."""
    teams = list(teams_to_edit(request.user))
    found = draft.look()
    drawn = None if draft.text is not None else form(draft.recipe, draft.place)
    if drawn is not None:
        offer_data(drawn, draft.recipe, request.user)
        offer_spaces(drawn, draft.recipe, request.user)
    if draft.wrong is not None:
        draft.wrong = draft.wrong.of_text() if drawn is None else draft.wrong.beside(drawn.paths())
    sets = sets_shown(request.user, draft)
    several = draft.team if len(teams) > 1 else ""
    address = request.build_absolute_uri(reverse("studies")) + "api/v1/studies/"
    return {
        "page": "new study",
        "draft": draft,
        "form": drawn,
        "drawing": None if drawn is None else drawn.skeleton,
        "outlook": found,
        "wrong": draft.wrong,
        "uses": _uses(request, draft),
        "said": {} if draft.wrong is None else {"path": draft.wrong.path, "text": draft.wrong.text},
        "sets": sets,
        "set_name": text_of(request.POST, "set_name") or (sets.chosen.operator_set.name if sets.chosen else ""),
        "ways": ways(draft.recipe, address, several, str(sets.pinned.pk) if sets.pinned else ""),
        "starts": starts(draft.template),
        "stage_kinds": {kind: schema["description"] for kind, schema in families()["stages"].items()},
        "teams": teams,
        "may_submit": bool(teams),
    }
