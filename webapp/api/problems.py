"""Problems: every error of the API as `application/problem+json` (RFC 9457), made in one place."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response

from nas_engine.errors import Incompatible, Infeasible, InvalidRecipe, NasError
from webapp.refusals import Refused

CONTENT_TYPE = "application/problem+json"


def problem(status: int, slug: str, detail: str, **more: Any) -> Response:
    """One error. `slug` names its kind for programs, `detail` is for people."""
    title = HTTPStatus(status).phrase if status in set(HTTPStatus) else slug.replace("-", " ").capitalize()
    body = {"type": f"urn:spacewright:{slug}", "title": title, "status": status, "detail": detail}
    return Response({**body, **more}, status=status, content_type=CONTENT_TYPE)


def problem_response(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """What the API answers to an exception; None for one that nobody foresaw, which Django logs."""
    answer = _problem(error)
    view = context.get("view")
    if answer is not None and answer.status_code == HTTPStatus.UNAUTHORIZED and view is not None:
        answer["WWW-Authenticate"] = view.get_authenticate_header(context["request"])
    return answer


def _problem(error: Exception) -> Response | None:
    if isinstance(error, Refused):
        return problem(error.status, error.slug, str(error))
    if isinstance(error, NasError):
        return _of_the_engine(error)
    if isinstance(error, RequestDataTooBig):
        return problem(413, "too-large", "the request is too large; a recipe of 2.5 MB is the most that is taken")
    if isinstance(error, Http404):
        return problem(404, "not-found", "there is nothing here, or not for you")
    if isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if isinstance(error, exceptions.ValidationError):
        fields = {name: [str(text) for text in texts] for name, texts in _by_field(error.detail)}
        said = "; ".join(f"{name}: {' '.join(texts)}" for name, texts in fields.items())
        return problem(400, "invalid", said, invalid=fields)
    if isinstance(error, exceptions.APIException):
        slug = str(getattr(error.detail, "code", "error")).replace("_", "-")
        return problem(error.status_code, slug, str(error.detail))
    return None


def _of_the_engine(error: NasError) -> Response:
    """A recipe or budget that cannot be: 422, with the field and the nearest figures where the engine names them."""
    if isinstance(error, InvalidRecipe):
        return problem(422, "invalid-recipe", str(error), field=error.field, wanted=error.wanted)
    if isinstance(error, Infeasible):
        return problem(422, "infeasible", str(error), field=error.field, nearest=error.nearest)
    return problem(422, "incompatible" if isinstance(error, Incompatible) else "refused", str(error))


def _by_field(detail: Any) -> list[tuple[str, list[Any]]]:
    if isinstance(detail, Mapping):
        return [(name, texts if isinstance(texts, list) else [texts]) for name, texts in detail.items()]
    return [("body", detail if isinstance(detail, list) else [detail])]
