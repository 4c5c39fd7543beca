"""The Teams page, and that of one team: who is in it as what, and who is invited."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from webapp.accounts.forms import Invite, TeamName
from webapp.accounts.models import Membership, Role, Team
from webapp.accounts.selectors import invitations_of, members_of, role_in, roles_of, teams_of
from webapp.accounts.services.invitations import invite, link_of, revoke
from webapp.accounts.services.members import change_role, end_membership, hand_over
from webapp.accounts.services.teams import choose_team, create_team, rename_team
from webapp.mail import is_mail_sent
from webapp.pages.requests import Asked
from webapp.quotas.selectors import uses_of
from webapp.refusals import Conflict


@login_required
def teams(request: Asked) -> HttpResponse:
    """The user's teams; a post makes another one."""
    form = TeamName(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return redirect("team", create_team(request.user, form.cleaned_data["name"]).pk)
    return render(request, "teams/teams.html", {"page": "teams", "roles": roles_of(request.user), "form": form})


@login_required
@require_POST
def choose(request: Asked) -> HttpResponse:
    """See one team's things, or with none named those of all."""
    named = request.POST.get("chosen_team", "")
    choose_team(request.user, get_object_or_404(teams_of(request.user), pk=_identity(named)) if named else None)
    return redirect("studies")


@login_required
def team(request: Asked, pk: uuid.UUID) -> HttpResponse:
    """Who is in a team as what, and who is invited. A post changes it: `act` says what, by a name in ACTS."""
    found = get_object_or_404(teams_of(request.user), pk=pk)
    act = ACTS.get(request.POST.get("act", "")) if request.method == "POST" else None
    if act is None:
        return _page(request, found)
    try:
        return act(request, found) or redirect("team", pk)
    except Conflict as error:
        return _page(request, found, status=error.status, refused=str(error))


def _rename(request: Asked, found: Team) -> HttpResponse | None:
    form = TeamName(request.POST)
    if not form.is_valid():
        return _page(request, found, status=422, naming=form)
    rename_team(request.user, found, form.cleaned_data["name"])
    return None


def _change_role(request: Asked, found: Team) -> None:
    member, role = _member(request, found), request.POST.get("role", "")
    if role in Role:
        change_role(request.user, member, Role(role))


def _hand_over(request: Asked, found: Team) -> None:
    hand_over(request.user, _member(request, found))


def _remove(request: Asked, found: Team) -> None:
    end_membership(request.user, _member(request, found))


def _leave(request: Asked, found: Team) -> HttpResponse:
    end_membership(request.user, members_of(request.user, found).get(user=request.user))
    messages.success(request, f"You have left {found.name}.")
    return redirect("teams")


def _invite(request: Asked, found: Team) -> HttpResponse:
    """The link is on the page that comes, and never again."""
    form = Invite(request.POST)
    if not form.is_valid():
        return _page(request, found, status=422, inviting=form)
    made, secret = invite(request.user, found, form.wanted)
    return _page(request, found, link=link_of(secret), made=made)


def _revoke(request: Asked, found: Team) -> None:
    named = _identity(request.POST.get("invitation", ""))
    revoke(request.user, get_object_or_404(invitations_of(request.user, found), pk=named))


ACTS: dict[str, Callable[[Asked, Team], HttpResponse | None]] = {
    "rename": _rename,
    "role": _change_role,
    "hand-over": _hand_over,
    "remove": _remove,
    "leave": _leave,
    "invite": _invite,
    "revoke": _revoke,
}


def _member(request: Asked, found: Team) -> Membership:
    named = _identity(request.POST.get("member", ""))
    return get_object_or_404(members_of(request.user, found), user=named)


def _page(request: Asked, found: Team, status: int = 200, **more: Any) -> HttpResponse:
    role = role_in(request.user, found)
    owned = role == Role.OWNER
    shown = {
        "page": "teams",
        "team": found,
        "role": role,
        "owned": owned,
        "roles": Role.choices,
        "members": members_of(request.user, found),
        "invitations": invitations_of(request.user, found) if owned else (),
        "inviting": Invite(),
        "uses": uses_of(found),
        "is_mail_sent": is_mail_sent(),
    }
    return render(request, "teams/team.html", {**shown, **more}, status=status)


def _identity(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.UUID(int=0)
