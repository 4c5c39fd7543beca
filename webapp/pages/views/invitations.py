"""Where the link of an invitation leads: what it offers, and its acceptance."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from webapp.accounts.adapters import INVITATION
from webapp.accounts.models import User
from webapp.accounts.services.invitations import accept, invitation_of
from webapp.refusals import Refused


def invited(request: HttpRequest, key: str) -> HttpResponse:
    """The link itself. It leads on at once."""
    if invitation_of(key) is None:
        return render(request, "teams/invitation_over.html", status=404)
    request.session[INVITATION] = key
    return redirect("invitation")


def invitation(request: HttpRequest) -> HttpResponse:
    """What the invitation offers; a post accepts it. Who is not known logs in or signs up first, and comes back."""
    secret = request.session.get(INVITATION, "")
    found = invitation_of(secret)
    if found is None:
        return render(request, "teams/invitation_over.html", status=404)
    said = ""
    if request.method == "POST" and isinstance(request.user, User):
        try:
            member = accept(request.user, secret)
        except Refused as error:
            said = str(error)
        else:
            del request.session[INVITATION]
            messages.success(request, f"You are {member.role} of {member.team.name} now.")
            return redirect("team", member.team_id)
    return render(request, "teams/invitation.html", {"invitation": found, "said": said}, status=409 if said else 200)
