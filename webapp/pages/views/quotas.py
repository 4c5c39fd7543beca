"""The Quotas page: what each of the user's teams may use, and uses."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render

from webapp.accounts.selectors import teams_of
from webapp.pages.requests import Asked
from webapp.quotas.limits import next_month
from webapp.quotas.selectors import uses_of


@login_required
def quotas(request: Asked) -> HttpResponse:
    rows = [(team, uses_of(team)) for team in teams_of(request.user).order_by("name")]
    return render(request, "quotas/quotas.html", {"page": "account", "rows": rows, "anew": next_month()})
