"""The strip of workers on every page."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render

from webapp.pages.requests import Asked
from webapp.runs.selectors.workers import queues, workers


@login_required
def strip(request: Asked) -> HttpResponse:
    """Who is alive, doing what, and how much waits."""
    return render(request, "workers/strip.html", {"workers": workers(request.user), "queues": queues()})
