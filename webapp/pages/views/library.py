"""The Library: what a team keeps to start studies from."""

from __future__ import annotations

import uuid

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from webapp.accounts.selectors import teams_to_edit
from webapp.library.selectors import pins_of
from webapp.library.services.pin import let_go, pin_network
from webapp.operators.selectors import operator_sets_of
from webapp.pages.requests import Asked
from webapp.pages.views.spaces import space_row
from webapp.refusals import Conflict
from webapp.runs.selectors.runs import runs_of
from webapp.spaces.selectors import spaces_of

PAGE = 25
SHOWN = 5  # spaces and operator sets; all of them have pages of their own


@login_required
def library(request: Asked) -> HttpResponse:
    """Pinned networks, the newest spaces, and operator sets of the user's teams."""
    page = Paginator(pins_of(request.user), PAGE).get_page(request.GET.get("page"))
    editable = set(teams_to_edit(request.user).values_list("pk", flat=True))
    spaces = spaces_of(request.user)
    offered = operator_sets_of(request.user).filter(retired=None)
    shown = {
        "page": "library",
        "pins": [(one, one.team_id in editable) for one in page],
        "pages": page,
        "spaces": [space_row(one) for one in spaces[:SHOWN]],
        "sets": [(one, one.versions.all()[0]) for one in offered[:SHOWN]],
        "more_sets": max(0, offered.count() - SHOWN),
        "may_submit": bool(editable),
    }
    return render(request, "library/library.html", shown)


@login_required
@require_POST
def pin(request: Asked, pk: uuid.UUID, key: str) -> HttpResponse:
    """Keep a network under a `name`; back to its page. Refused for viewers."""
    run = get_object_or_404(runs_of(request.user), pk=pk)
    try:
        pin_network(request.user, run, key, request.POST.get("name", "").replace("\0", ""))
    except Conflict as error:
        return render(request, "refused.html", {"said": str(error)}, status=error.status)
    return redirect("architecture", run.pk, key)


@login_required
@require_POST
def unpin(request: Asked, pk: uuid.UUID) -> HttpResponse:
    """Let a network go. Refused for viewers."""
    let_go(request.user, get_object_or_404(pins_of(request.user), pk=pk))
    return redirect("library")
