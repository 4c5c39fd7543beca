"""Who asks, and the tokens that scripts ask with."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.generics import DestroyAPIView, GenericAPIView, ListCreateAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from webapp.accounts.models import Token, User
from webapp.accounts.selectors import teams_of, tokens_of
from webapp.accounts.services.teams import choose_team
from webapp.accounts.services.tokens import Limits, end_token, make_token
from webapp.api.pages import Page
from webapp.api.scopes import Scope
from webapp.api.serializers.accounts import (
    ChosenTeamSerializer,
    MakeTokenSerializer,
    MeSerializer,
    NewTokenSerializer,
    TokenSerializer,
)
from webapp.api.views.asking import PROBLEM, body, seen, user_of


class Me(GenericAPIView[User]):
    scope = Scope.WRITE
    serializer_class = MeSerializer

    @extend_schema(operation_id="read_me", summary="you and your teams")
    def get(self, request: Request) -> Response:
        return Response(self.get_serializer(user_of(request)).data)

    @extend_schema(
        operation_id="choose_team",
        summary="choose the team that pages list and new things go to",
        request=ChosenTeamSerializer,
        responses={200: MeSerializer, 400: PROBLEM, 404: PROBLEM},
    )
    def patch(self, request: Request) -> Response:
        user, team = user_of(request), body(self, ChosenTeamSerializer)["chosen_team"]
        choose_team(user, None if team is None else seen(teams_of(user), team))
        return Response(self.get_serializer(user).data)


class Tokens(ListCreateAPIView[Token]):
    scope = scope_to_read = Scope.ADMIN
    serializer_class = TokenSerializer
    pagination_class = Page

    def get_queryset(self) -> QuerySet[Token]:
        return tokens_of(user_of(self.request))

    @extend_schema(operation_id="list_tokens", summary="your tokens; what they are is not kept")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="create_token",
        summary="a new token, shown this once",
        request=MakeTokenSerializer,
        responses={201: NewTokenSerializer, 400: PROBLEM, 404: PROBLEM},
    )
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        given, user = body(self, MakeTokenSerializer), user_of(request)
        team = given.get("team")
        limits = Limits(
            Token.Scope(given["scope"]), None if team is None else seen(teams_of(user), team), given.get("expires")
        )
        row, secret = make_token(user, given["name"], limits)
        shown = {**TokenSerializer(row).data, "token": secret}
        return Response(shown, status.HTTP_201_CREATED)


@extend_schema_view(delete=extend_schema(operation_id="delete_token", responses={204: None, 404: PROBLEM}))
class OneToken(DestroyAPIView[Token]):
    scope = scope_to_read = Scope.ADMIN
    serializer_class = TokenSerializer

    def get_queryset(self) -> QuerySet[Token]:
        return tokens_of(user_of(self.request))

    def perform_destroy(self, instance: Token) -> None:
        end_token(instance)
