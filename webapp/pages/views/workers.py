"""Workers: the strip on every page, and their own page."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render

from nas_engine import __version__
from webapp.pages.reasons import MEANINGS
from webapp.pages.requests import Asked
from webapp.runs.selectors.disk import disk
from webapp.runs.selectors.workers import last_failures, queues, workers, workers_with_rates


@login_required
def strip(request: Asked) -> HttpResponse:
    """Who is alive, doing what, and how much waits."""
    return render(request, "workers/strip.html", {"workers": workers(request.user), "queues": queues()})


@login_required
def workers_page(request: Asked) -> HttpResponse:
    """Each worker with what it does and how fast, what failed of late, and the disk. HTMX asks for the inside alone."""
    found = workers_with_rates(request.user)
    shown = {
        "page": "workers",
        "workers": found,
        "alive": [one for one in found if one.alive],
        "trains": any(one.alive and not one.decides for one in found),
        "queues": queues(),
        "disk": disk(),
        "version": __version__,
        "failures": [(one, MEANINGS.get(one.reason, "")) for one in last_failures(request.user)],
    }
    template = "workers/inside.html" if request.headers.get("HX-Request") else "workers/workers.html"
    return render(request, template, shown)
