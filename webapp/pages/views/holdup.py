"""What holds a run up, on its page."""

from __future__ import annotations

import uuid

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from webapp.environment import environment
from webapp.live.reach import redis_answers
from webapp.pages.requests import Asked
from webapp.runs.models import Run
from webapp.runs.selectors.holdup import holdup
from webapp.runs.selectors.runs import runs_of

NO_MORE = 286  # HTMX asks no more after it


@login_required
def run_holdup(request: Asked, pk: uuid.UUID) -> HttpResponse:
    """A notice where somebody has to do something; nothing while all is well. HTMX asks until the run is over."""
    run = get_object_or_404(runs_of(request.user), pk=pk)
    if run.status != Run.Status.RUNNING:
        return HttpResponse(status=NO_MORE)
    found, lease = holdup(run.pk), environment.lease_seconds
    late = found is not None and found.quiet is not None and found.quiet > lease / 2
    shown = {"holdup": found, "lease": lease, "late": late, "redis": redis_answers()}
    return render(request, "studies/holdup.html", shown)
