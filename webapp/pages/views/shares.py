"""Public links, for the team whose they are: made, listed, revoked."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from webapp.accounts.selectors import may_edit, teams_to_edit
from webapp.pages.forms import LinkForm
from webapp.pages.requests import Asked
from webapp.pages.sharing import asked_for, titled
from webapp.refusals import Conflict
from webapp.sharing.links import link_of
from webapp.sharing.selectors import shares_of, shares_to
from webapp.sharing.services.share import Terms, revoke_share, share

PAGE = 50


@login_required
def shares(request: Asked) -> HttpResponse:
    """The links to what the address names, with a form for another one; without a name all links of the user's teams.

    A POST makes a link, and shows it this once. Refused for viewers.
    """
    thing = asked_for(request.user, request.GET)
    if thing is None:
        page = Paginator(shares_of(request.user), PAGE).get_page(request.GET.get("page"))
        editable = set(teams_to_edit(request.user).values_list("pk", flat=True))
        rows = [(one, titled(one), one.team_id in editable) for one in page]
        return render(request, "sharing/shares.html", {"page": "shares", "rows": rows, "pages": page})
    shown: dict[str, Any] = {"page": "shares", "thing": thing, "form": LinkForm()}
    status = 200
    if request.method == "POST":
        form = LinkForm(request.POST)
        try:
            if form.is_valid():
                ends = timezone.now() + timedelta(days=form.cleaned_data["days"])
                _, token = share(request.user, thing.shown, Terms(ends, form.cleaned_data["with_files"]))
                shown["link"] = link_of(request, token)
        except Conflict as error:
            form.add_error(None, str(error))
        shown["form"] = form
        status = 200 if form.is_valid() else 422
    may = may_edit(request.user, thing.shown.team.pk)
    shown |= {"rows": [(one, titled(one), may) for one in shares_to(request.user, thing.shown)], "may_share": may}
    return render(request, "sharing/shares.html", shown, status=status)


@login_required
@require_POST
def end_link(request: Asked, pk: uuid.UUID) -> HttpResponse:
    """End a link; back to where it was listed. Refused for viewers."""
    found = get_object_or_404(shares_of(request.user), pk=pk)
    revoke_share(request.user, found)
    asked = request.GET.urlencode()
    return redirect(f"{reverse('shares')}?{asked}" if asked else reverse("shares"))
