"""The Compare page: up to six studies, or networks, side by side."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.gzip import gzip_page

from webapp.accounts.selectors import may_edit
from webapp.pages.comparing import beside, one_team, without
from webapp.pages.requests import Asked
from webapp.sharing.chosen import Chosen, chosen
from webapp.sharing.subjects import TooMany
from webapp.studies.comparison.compare import columns


@login_required
def compare(request: Asked) -> HttpResponse:
    """What `?studies=` or `?architectures=` names; without a name, what can be."""
    try:
        named = chosen(request.user, request.GET)
    except TooMany as error:
        return render(request, "compare/compare.html", {"page": "studies", "said": str(error)}, status=error.status)
    shown: dict[str, Any] = {"page": "studies", "chosen": named, "beside": beside(request.user, named)}
    if named.any:
        found = named.compared()
        shown |= {"comparison": found, "rows": list(zip(found.subjects, without(named), strict=True))}
        shown |= {"facts": {"data": f"{reverse('compare-data')}?{named.asked}"}}
        shown["may_share"] = one_team(named) and may_edit(request.user, named.teams[0])
    return render(request, "compare/compare.html", shown)


@gzip_page
@login_required
def compare_data(request: Asked) -> HttpResponse:
    """What the charts of a comparison are drawn from."""
    named: Chosen = chosen(request.user, request.GET)
    if not named.any:
        raise Http404
    return JsonResponse(columns(named.compared()))
