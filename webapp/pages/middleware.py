"""What a service refuses, said on a page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from webapp.refusals import Refused


class RefusalMiddleware:
    """A refusal that no view has answered becomes a page with its sentence and its status."""

    def __init__(self, answer: object) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response: HttpResponse = self._answer(request)  # type: ignore[operator]
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, Refused):
            return None
        return render(request, "refused.html", {"said": str(error)}, status=error.status)
