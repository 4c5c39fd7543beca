"""Whether the studio answers, for whoever supervises it."""

from __future__ import annotations

from django.db import Error, connection
from django.http import HttpRequest, JsonResponse


def health(_request: HttpRequest) -> JsonResponse:
    """200 where the database answers, else 503. Says nothing else to a stranger."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
    except Error:
        return JsonResponse({"status": "the database does not answer"}, status=503)
    return JsonResponse({"status": "ok"})
