"""Teams and their members over REST."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.generics import GenericAPIView, ListAPIView, ListCreateAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from webapp.accounts.models import Membership, Role, Team
from webapp.accounts.selectors import members_of, teams_of
from webapp.accounts.services.members import change_role, end_membership, hand_over
from webapp.accounts.services.teams import create_team, rename_team
from webapp.api.pages import Page
from webapp.api.scopes import Scope
from webapp.api.serializers.teams import (
    HandOverSerializer,
    MemberSerializer,
    RoleSerializer,
    TeamNameSerializer,
    TeamSerializer,
    TypedNameSerializer,
)
from webapp.api.views.asking import PROBLEM, body, one_row, seen, user_of
from webapp.estate.delete import delete_team
from webapp.estate.export import download


class Teams(ListCreateAPIView[Team]):
    scope = Scope.ADMIN
    serializer_class = TeamSerializer
    pagination_class = Page

    def get_queryset(self) -> QuerySet[Team]:
        return teams_of(user_of(self.request))

    @extend_schema(operation_id="list_teams", summary="your teams, and what you are in each")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="create_team",
        summary="a new team, whose owner you are",
        request=TeamNameSerializer,
        responses={201: TeamSerializer, 400: PROBLEM},
    )
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        made = create_team(user_of(request), body(self, TeamNameSerializer)["name"])
        return Response(self.get_serializer(made).data, status.HTTP_201_CREATED)


class OneTeam(GenericAPIView[Team]):
    scope = Scope.ADMIN
    serializer_class = TeamSerializer

    def get_queryset(self) -> QuerySet[Team]:
        return teams_of(user_of(self.request))

    @extend_schema(operation_id="read_team", responses={200: TeamSerializer, 404: PROBLEM})
    def get(self, request: Request, pk: uuid.UUID) -> Response:
        return Response(self.get_serializer(seen(self.get_queryset(), pk)).data)

    @extend_schema(
        operation_id="rename_team",
        request=TeamNameSerializer,
        responses={200: TeamSerializer, 400: PROBLEM, 403: PROBLEM, 404: PROBLEM},
    )
    def patch(self, request: Request, pk: uuid.UUID) -> Response:
        team = seen(self.get_queryset(), pk)
        rename_team(user_of(request), team, body(self, TeamNameSerializer)["name"])
        return Response(self.get_serializer(team).data)

    @extend_schema(
        operation_id="delete_team",
        summary="with its studies, runs, data and files, by an owner",
        parameters=[TypedNameSerializer],
        responses={204: None, 400: PROBLEM, 403: PROBLEM, 404: PROBLEM, 409: PROBLEM},
    )
    def delete(self, request: Request, pk: uuid.UUID) -> Response:
        team = seen(self.get_queryset(), pk)
        typed = TypedNameSerializer(data=request.query_params)
        typed.is_valid(raise_exception=True)
        delete_team(user_of(request), team, typed.validated_data["name"])
        return Response(status=status.HTTP_204_NO_CONTENT)


class ExportTeam(GenericAPIView[Team]):
    scope = scope_to_read = Scope.ADMIN
    serializer_class = TeamSerializer

    def get_queryset(self) -> QuerySet[Team]:
        return teams_of(user_of(self.request))

    @extend_schema(
        operation_id="export_team",
        summary="everything that a team owns but the images, as a zip that is made while it is sent, for its owners",
        responses={(200, "application/zip"): OpenApiTypes.BINARY, 403: PROBLEM, 404: PROBLEM},
    )
    def get(self, request: Request, pk: uuid.UUID) -> HttpResponseBase:
        return download(user_of(request), seen(self.get_queryset(), pk))


class ByArrival(Page):
    ordering = ("id",)  # type: ignore[assignment]


class OfTeam(GenericAPIView[Membership]):
    """What is asked of the members of one team."""

    scope = Scope.ADMIN
    serializer_class = MemberSerializer
    queryset = Membership.objects.none()

    def get_queryset(self) -> QuerySet[Membership]:
        user = user_of(self.request)
        return members_of(user, seen(teams_of(user), self.kwargs["pk"]))

    def member(self, user: uuid.UUID) -> Membership:
        return one_row(self.get_queryset().filter(user=user))


@extend_schema_view(
    get=extend_schema(
        operation_id="list_members",
        summary="who is in a team, as what",
        responses={200: MemberSerializer(many=True), 404: PROBLEM},
    )
)
class Members(OfTeam, ListAPIView[Membership]):
    pagination_class = ByArrival


class OneMember(OfTeam):
    @extend_schema(operation_id="read_member", responses={200: MemberSerializer, 404: PROBLEM})
    def get(self, request: Request, pk: uuid.UUID, user: uuid.UUID) -> Response:
        return Response(self.get_serializer(self.member(user)).data)

    @extend_schema(
        operation_id="change_role",
        summary="by an owner; the last owner stays one",
        request=RoleSerializer,
        responses={200: MemberSerializer, 400: PROBLEM, 403: PROBLEM, 404: PROBLEM, 409: PROBLEM},
    )
    def patch(self, request: Request, pk: uuid.UUID, user: uuid.UUID) -> Response:
        role = Role(body(self, RoleSerializer)["role"])
        return Response(self.get_serializer(change_role(user_of(request), self.member(user), role)).data)

    @extend_schema(
        operation_id="end_membership",
        summary="remove somebody, as an owner, or leave; not as the last owner",
        responses={204: None, 403: PROBLEM, 404: PROBLEM, 409: PROBLEM},
    )
    def delete(self, request: Request, pk: uuid.UUID, user: uuid.UUID) -> Response:
        end_membership(user_of(request), self.member(user))
        return Response(status=status.HTTP_204_NO_CONTENT)


class HandOver(OfTeam):
    @extend_schema(
        operation_id="hand_over_team",
        summary="a member becomes an owner, and you an editor",
        request=HandOverSerializer,
        responses={200: MemberSerializer, 400: PROBLEM, 403: PROBLEM, 404: PROBLEM, 409: PROBLEM},
    )
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        given = body(self, HandOverSerializer)
        return Response(self.get_serializer(hand_over(user_of(request), self.member(given["user"]))).data)
