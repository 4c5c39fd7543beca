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
from webapp.accounts.services.tokens import end_token, make_token
from webapp.api import serializers
from webapp.api.pages import Page
from webapp.api.views.asking import PROBLEM, body, user_of


class Me(GenericAPIView[User]):
    serializer_class = serializers.MeSerializer

    @extend_schema(operation_id="read_me", summary="you and your teams")
    def get(self, request: Request) -> Response:
        return Response(self.get_serializer(user_of(request)).data)


class Tokens(ListCreateAPIView[Token]):
    serializer_class = serializers.TokenSerializer
    pagination_class = Page

    def get_queryset(self) -> QuerySet[Token]:
        return user_of(self.request).tokens.all()

    @extend_schema(operation_id="list_tokens", summary="your tokens; what they are is not kept")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="create_token",
        summary="a new token, shown this once",
        request=serializers.TokenSerializer,
        responses={201: serializers.NewTokenSerializer, 400: PROBLEM},
    )
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        given = body(self, serializers.TokenSerializer)
        row, secret = make_token(user_of(request), given["name"], given.get("expires"))
        shown = {**serializers.TokenSerializer(row).data, "token": secret}
        return Response(shown, status.HTTP_201_CREATED)


@extend_schema_view(delete=extend_schema(operation_id="delete_token", responses={204: None, 404: PROBLEM}))
class OneToken(DestroyAPIView[Token]):
    serializer_class = serializers.TokenSerializer

    def get_queryset(self) -> QuerySet[Token]:
        return user_of(self.request).tokens.all()

    def perform_destroy(self, instance: Token) -> None:
        end_token(instance)
