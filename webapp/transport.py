"""What every answer tells the browser to allow and to keep; and what is given over an encrypted connection only."""

from __future__ import annotations

import json
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

HEADERS = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), gyroscope=(), microphone=(), payment=(), usb=()",
}
REFUSAL = {
    "type": "urn:spacewright:https-only",
    "title": "Forbidden",
    "status": 403,
    "detail": "this studio is served over https: use an https address, and make another token, since this one went unencrypted",
}


class TransportMiddleware:
    """Puts the headers on every answer. A page that says nothing else is kept by no cache."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Scripts that come without encryption are refused, not led on: they would never notice."""
        refused = settings.IS_HTTPS and not request.is_secure() and request.path.startswith("/api/")
        response = self._refusal() if refused else self._answer(request)
        for name, value in HEADERS.items():
            response.setdefault(name, value)
        response.setdefault("Cache-Control", "no-store")
        return response

    def _refusal(self) -> HttpResponse:
        return HttpResponse(json.dumps(REFUSAL), status=403, content_type="application/problem+json")
