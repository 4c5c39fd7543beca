"""The Studies page."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render

from webapp.accounts.selectors import teams_in_view
from webapp.notes.selectors import tags_in_use
from webapp.notes.services.tags import tidy
from webapp.pages.overview import standings
from webapp.pages.requests import Asked
from webapp.sharing.subjects import identity
from webapp.studies.selectors import studies_of

PAGE = 25
KEPT = 12  # ticks that a list of several pages remembers


@login_required
def studies(request: Asked) -> HttpResponse:
    """Studies of the chosen team, or of all the user's, newest first; a page of them, searched by name. HTMX asks for the rows."""
    found = studies_of(request.user).filter(team__in=teams_in_view(request.user))
    words = request.GET.get("q", "").replace("\0", "").strip()
    if words:
        found = found.filter(name__icontains=words)
    tag = tidy(request.GET.get("tag", ""))
    if tag:
        found = found.filter(tags__name=tag)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    rows = standings(list(page))
    chosen = list(dict.fromkeys(identity(text) for text in request.GET.getlist("studies")[:KEPT]))
    kept = [pk for pk in chosen if pk not in {row.study.pk for row in rows}]
    shown = {"page": "studies", "rows": rows, "pages": page, "words": words, "chosen": chosen, "kept": kept}
    shown |= {"tag": tag, "known_tags": tags_in_use(request.user)}
    template = "studies/rows.html" if request.headers.get("HX-Request") else "studies/studies.html"
    return render(request, template, shown)
