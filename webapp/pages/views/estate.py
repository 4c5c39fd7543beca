"""The end of a team: everything that it owns as an archive, and its deletion."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render

from webapp.accounts.models import Role, Team
from webapp.accounts.selectors import require, teams_of
from webapp.estate.delete import delete_team, estate_of
from webapp.estate.export import download
from webapp.pages.requests import Asked
from webapp.refusals import Conflict, Unclear


@login_required
def delete(request: Asked, pk: uuid.UUID) -> HttpResponse:
    """What goes with a team, for its owners. A post with its name deletes it."""
    team = _owned(request, pk)
    said, status = "", 200
    if request.method == "POST":
        try:
            delete_team(request.user, team, request.POST.get("name", ""))
        except (Unclear, Conflict) as error:
            said, status = str(error), error.status
        else:
            messages.success(request, f"{team.name} is deleted.")
            return redirect("teams")
    shown = {"page": "teams", "team": team, "estate": estate_of(team), "said": said}
    return render(request, "teams/delete.html", shown, status=status)


@login_required
def export(request: Asked, pk: uuid.UUID) -> HttpResponseBase:
    """A zip, made while it is sent. For owners."""
    return download(request.user, _owned(request, pk))


def _owned(request: Asked, pk: uuid.UUID) -> Team:
    """A team of the user's. Raises NotAllowed where they are not its owner."""
    team = get_object_or_404(teams_of(request.user), pk=pk)
    require(request.user, team, Role.OWNER)
    return team
