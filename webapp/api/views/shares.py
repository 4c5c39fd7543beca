"""Public links over REST."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from webapp.accounts.models import User
from webapp.api.pages import Page
from webapp.api.scopes import Scope
from webapp.api.serializers.shares import NewlyMadeShareSerializer, NewShareSerializer, ShareSerializer
from webapp.api.views.asking import PROBLEM, body, seen, user_of
from webapp.sharing.links import link_of
from webapp.sharing.models import Share
from webapp.sharing.selectors import shares_of
from webapp.sharing.services.share import Terms, revoke_share, share
from webapp.sharing.subjects import Shown, a_comparison, a_network, a_space, a_study, networks_named, studies_named


class Shares(ListAPIView[Share]):
    scope = Scope.WRITE
    serializer_class = ShareSerializer
    pagination_class = Page

    def get_queryset(self) -> QuerySet[Share]:
        return shares_of(user_of(self.request))

    @extend_schema(operation_id="list_shares", summary="public links of your teams, newest first, ended ones too")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="create_share",
        summary="a public link to one thing, read-only, until it expires or is revoked; shown this once",
        request=NewShareSerializer,
        responses={201: NewlyMadeShareSerializer, **dict.fromkeys((400, 403, 404, 409), PROBLEM)},
    )
    def post(self, request: Request) -> Response:
        given, user = body(self, NewShareSerializer), user_of(request)
        made, token = share(user, _named(user, given), Terms(given.get("expires"), given["with_files"]))
        row = seen(shares_of(user), made.pk)
        shown = {**ShareSerializer(row).data, "url": link_of(request, token)}
        return Response(shown, status.HTTP_201_CREATED)


class OneShare(GenericAPIView[Share]):
    scope = Scope.WRITE
    serializer_class = ShareSerializer

    def get_queryset(self) -> QuerySet[Share]:
        return shares_of(user_of(self.request))

    @extend_schema(
        operation_id="read_share",
        summary="a link: what it shows, until when, how often it was opened",
        responses={200: ShareSerializer, 404: PROBLEM},
    )
    def get(self, request: Request, pk: uuid.UUID) -> Response:
        return Response(self.get_serializer(seen(self.get_queryset(), pk)).data)

    @extend_schema(
        operation_id="revoke_share",
        summary="it opens nothing from now on; it stays in the list",
        responses={204: None, 403: PROBLEM, 404: PROBLEM},
    )
    def delete(self, request: Request, pk: uuid.UUID) -> Response:
        revoke_share(user_of(request), seen(self.get_queryset(), pk))
        return Response(status=status.HTTP_204_NO_CONTENT)


def _named(user: User, given: dict[str, Any]) -> Shown:
    """What the request is about. Raises Http404 for what the user may not see."""
    if "study" in given:
        return a_study(user, given["study"])
    if "run" in given:
        return a_network(user, given["run"], given["architecture"])
    if "space" in given:
        return a_space(user, given["space"])
    if "studies" in given:
        return a_comparison(studies_named(user, given["studies"]), ())
    named = [(one["run"], one["architecture"]) for one in given["architectures"]]
    return a_comparison((), networks_named(user, named))
