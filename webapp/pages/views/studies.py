"""The Studies page."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render

from webapp.accounts.selectors import teams_in_view
from webapp.pages.overview import standings
from webapp.pages.requests import Asked
from webapp.studies.selectors import studies_of

PAGE = 25


@login_required
def studies(request: Asked) -> HttpResponse:
    """Studies of the chosen team, or of all the user's, newest first; a page of them, searched by name. HTMX asks for the rows."""
    found = studies_of(request.user).filter(team__in=teams_in_view(request.user))
    words = request.GET.get("q", "").replace("\0", "").strip()
    if words:
        found = found.filter(name__icontains=words)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    shown = {"page": "studies", "rows": standings(list(page)), "pages": page, "words": words}
    template = "studies/rows.html" if request.headers.get("HX-Request") else "studies/studies.html"
    return render(request, template, shown)
