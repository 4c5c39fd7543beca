"""What every view needs of its request."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

from django.db.models import Model, QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework.exceptions import ValidationError
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.serializers import BaseSerializer

from webapp.accounts.models import User
from webapp.api.serializers.problems import ProblemSerializer

Row = TypeVar("Row", bound=Model)
PROBLEM = OpenApiResponse(ProblemSerializer, description="a problem, as application/problem+json")


def ask_view(
    base: type[GenericAPIView[Any]],
    name: str,
    ask: Callable[[uuid.UUID], bool],
    summary: str,
    refuses: tuple[int, ...] = (),
) -> type[GenericAPIView[Any]]:
    """The view that asks one thing of a run, or of all runs of a study: `base`, with its `ask` and its place in the document.

    `refuses`: the statuses of what its service says no to.
    """
    noun = base.__name__.removeprefix("AskOf")
    kind = type(f"{name.title()}{noun}", (base,), {"ask": staticmethod(ask)})
    said = {200: base.serializer_class, 403: PROBLEM, 404: PROBLEM, **dict.fromkeys(refuses, PROBLEM)}
    schema = extend_schema(operation_id=f"{name}_{noun.lower()}", summary=summary, request=None, responses=said)
    return extend_schema_view(post=schema)(kind)


def user_of(request: Request) -> User:
    """Who asks; views are behind authentication."""
    return cast("User", request.user)


def seen(rows: QuerySet[Row], identity: object) -> Row:
    """One of the rows that the user may see. Raises Http404 for any other, there or not."""
    return one_row(rows.filter(pk=identity))


def one_row(rows: QuerySet[Row]) -> Row:
    """The only one of the rows. Raises Http404 where there is none."""
    found = rows.first()
    if found is None:
        raise Http404
    return found


def body(view: GenericAPIView[Any], kind: type[BaseSerializer[Any]]) -> dict[str, Any]:
    """The request's checked fields. Raises ValidationError, also for one that nobody knows: it may be a slip of the pen."""
    given = kind(data=view.request.data, context=view.get_serializer_context())
    refuse_unknown(given)
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


def refuse_unknown(given: BaseSerializer[Any]) -> None:
    """Raise ValidationError where the request says something that its serializer has no field for."""
    said, known = given.initial_data, getattr(given, "fields", {})
    unknown = [name for name in said if name not in known] if isinstance(said, Mapping) else []
    if unknown:
        wanted = ", ".join(name for name, field in known.items() if not field.read_only)
        raise ValidationError(
            {str(name)[:80]: [f"there is no such field; there are {wanted}"] for name in unknown[:10]}
        )
