"""For whoever supervises the studio: is it ready, and how is it doing."""

from __future__ import annotations

from django.db import Error
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from webapp.environment import environment
from webapp.operations.access import may_know
from webapp.operations.metrics import registry
from webapp.operations.readiness import readiness


@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """200 where database, migrations, Redis and storage are as they should be, else 503. A stranger hears no more than that."""
    missing = readiness.missing()
    said: dict[str, object] = {"status": "not ready" if missing else "ready"}
    if may_know(request):
        said["missing"] = [one.plain for one in missing]
    return JsonResponse(said, status=503 if missing else 200)


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The metrics in Prometheus' text format; 503 while the database does not answer."""
    if not may_know(request):
        return _refused()
    try:
        return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
    except Error:
        return HttpResponse("the database does not answer\n", status=503, content_type="text/plain")


def _refused() -> HttpResponse:
    if environment.metrics_token:
        said, status = "send METRICS_TOKEN, as in Authorization: Bearer ...\n", 401
    else:
        said, status = (
            "metrics are for this machine only; set METRICS_TOKEN and send it to read them from another\n",
            403,
        )
    response = HttpResponse(said, status=status, content_type="text/plain")
    if status == 401:
        response["WWW-Authenticate"] = "Bearer"
    return response
