"""Bundles on pages: a study made again from one, and whether it came out as that says."""

from __future__ import annotations

import uuid

from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from nas_engine.errors import NasError
from webapp.accounts.selectors import team_named
from webapp.bundles.selectors import came_out
from webapp.bundles.services.recreate import Brought, recreate_study
from webapp.pages.requests import Asked
from webapp.studies.selectors import studies_of

NO_MORE = 286  # HTMX asks no more after it


@login_required
@require_POST
def from_bundle(request: Asked) -> HttpResponse:
    """Make a study again: to its page, or the sentence that says what is wrong. Refused for viewers."""
    file = request.FILES.get("bundle")
    if not isinstance(file, UploadedFile) or file.file is None:
        return render(request, "refused.html", {"said": "choose a bundle first, a file NAME.bundle.zip"}, status=422)
    try:
        study, _ = recreate_study(
            request.user, Brought(team_named(request.user, request.POST.get("team", "")), file.file)
        )
    except NasError as error:
        return render(request, "refused.html", {"said": str(error)}, status=422)
    return redirect("study", study.pk)


@login_required
def origin(request: Asked, pk: uuid.UUID) -> HttpResponse:
    """Where a study was made from, and how it came out. HTMX asks until that is known."""
    found = came_out(get_object_or_404(studies_of(request.user), pk=pk))
    status = 200 if found is not None and found.outcome == "pending" else NO_MORE
    return render(request, "studies/origin.html", {"origin": found}, status=status)
