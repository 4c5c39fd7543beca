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
from webapp.accounts.models import Membership, Role, Team, User
from webapp.accounts.selectors import invitations_of, members_of, role_in, roles_of, teams_of
from webapp.accounts.services.invitations import invite, link_of, revoke
from webapp.accounts.services.members import change_role, end_membership, hand_over
from webapp.accounts.services.teams import choose_team, create_team, rename_team
from webapp.mail import is_mail_sent
from webapp.pages.requests import Asked
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
    named = request.POST.get("team", "")
    choose_team(request.user, get_object_or_404(teams_of(request.user), pk=_identity(named)) if named else None)
    return redirect("studies")


@login_required
def team(request: Asked, pk: uuid.UUID) -> HttpResponse:
    """Who is in a team. A post renames it."""
    found = _team(request, pk)
    if request.method != "POST":
        return _page(request, found)
    form = TeamName(request.POST)
    if not form.is_valid():
        return _page(request, found, status=422, naming=form)
    rename_team(request.user, found, form.cleaned_data["name"])
    return redirect("team", pk)


def _change(by: User, member: Membership, role: str) -> None:
    if role in Role:
        change_role(by, member, Role(role))


MEMBER_ACTS: dict[str, Callable[[User, Membership, str], object]] = {
    "role": _change,
    "remove": lambda by, member, _: end_membership(by, member),
    "hand-over": lambda by, member, _: hand_over(by, member),
}


@login_required
@require_POST
def members(request: Asked, pk: uuid.UUID) -> HttpResponse:
    """Change a member's `role`, remove them, or hand the team over to them: `act` says which."""
    found = _team(request, pk)
    member = get_object_or_404(members_of(request.user, found), user=_identity(request.POST.get("member", "")))
    act = MEMBER_ACTS.get(request.POST.get("act", ""))
    try:
        if act is not None:
            act(request.user, member, request.POST.get("role", ""))
    except Conflict as error:
        return _page(request, found, status=error.status, refused=str(error))
    return redirect("team", pk)


@login_required
@require_POST
def leave(request: Asked, pk: uuid.UUID) -> HttpResponse:
    """Go out of a team. Its last owner cannot."""
    found = _team(request, pk)
    try:
        end_membership(request.user, members_of(request.user, found).get(user=request.user))
    except Conflict as error:
        return _page(request, found, status=error.status, refused=str(error))
    messages.success(request, f"You have left {found.name}.")
    return redirect("teams")


@login_required
@require_POST
def invitations(request: Asked, pk: uuid.UUID) -> HttpResponse:
    """Invite somebody; the link is on the page that comes, and never again. With `revoke`, end an invitation."""
    found = _team(request, pk)
    if "revoke" in request.POST:
        revoke(
            request.user, get_object_or_404(invitations_of(request.user, found), pk=_identity(request.POST["revoke"]))
        )
        return redirect("team", pk)
    form = Invite(request.POST)
    if not form.is_valid():
        return _page(request, found, status=422, inviting=form)
    try:
        made, secret = invite(request.user, found, form.wanted)
    except Conflict as error:
        return _page(request, found, status=error.status, refused=str(error))
    return _page(request, found, link=link_of(secret), made=made)


def _team(request: Asked, pk: uuid.UUID) -> Team:
    return get_object_or_404(teams_of(request.user), pk=pk)


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
        "is_mail_sent": is_mail_sent(),
    }
    return render(request, "teams/team.html", {**shown, **more}, status=status)


def _identity(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.UUID(int=0)
