"""Invitations over REST."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import GenericAPIView, ListCreateAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from webapp.accounts.models import Invitation, Team
from webapp.accounts.selectors import invitations_of, teams_of
from webapp.accounts.services.invitations import Wanted, accept, invite, link_of, revoke
from webapp.api.pages import Page
from webapp.api.scopes import Scope
from webapp.api.serializers.teams import (
    InvitationSerializer,
    InviteSerializer,
    MadeInvitationSerializer,
    SecretSerializer,
    TeamSerializer,
)
from webapp.api.views.asking import PROBLEM, body, seen, user_of


class Invitations(ListCreateAPIView[Invitation]):
    scope = Scope.ADMIN
    serializer_class = InvitationSerializer
    pagination_class = Page
    queryset = Invitation.objects.none()

    def get_queryset(self) -> QuerySet[Invitation]:
        return invitations_of(user_of(self.request), self._team())

    def _team(self) -> Team:
        return seen(teams_of(user_of(self.request)), self.kwargs["pk"])

    @extend_schema(
        operation_id="list_invitations",
        summary="of a team, newest first, for its owners",
        responses={200: InvitationSerializer(many=True), 403: PROBLEM, 404: PROBLEM},
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="create_invitation",
        summary="a new one, by an owner; its link is shown this once",
        request=InviteSerializer,
        responses={201: MadeInvitationSerializer, 400: PROBLEM, 403: PROBLEM, 404: PROBLEM, 409: PROBLEM},
    )
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        team, given = self._team(), body(self, InviteSerializer)
        made, secret = invite(user_of(request), team, Wanted(**given))
        shown = {**self.get_serializer(made).data, "secret": secret, "link": link_of(secret)}
        return Response(shown, status.HTTP_201_CREATED)


class OneInvitation(GenericAPIView[Invitation]):
    scope = Scope.ADMIN
    serializer_class = InvitationSerializer
    queryset = Invitation.objects.none()

    def get_queryset(self) -> QuerySet[Invitation]:
        user = user_of(self.request)
        return invitations_of(user, seen(teams_of(user), self.kwargs["pk"]))

    @extend_schema(
        operation_id="revoke_invitation",
        summary="by an owner; it lets nobody in any more",
        responses={204: None, 403: PROBLEM, 404: PROBLEM},
    )
    def delete(self, request: Request, pk: uuid.UUID, invitation: uuid.UUID) -> Response:
        revoke(user_of(request), seen(self.get_queryset(), invitation))
        return Response(status=status.HTTP_204_NO_CONTENT)


class AcceptInvitation(GenericAPIView[Team]):
    scope = Scope.ADMIN
    serializer_class = TeamSerializer

    @extend_schema(
        operation_id="accept_invitation",
        summary="become a member; who is one already stays what they are",
        request=SecretSerializer,
        responses={200: TeamSerializer, 400: PROBLEM, 403: PROBLEM, 409: PROBLEM},
    )
    def post(self, request: Request) -> Response:
        member = accept(user_of(request), body(self, SecretSerializer)["secret"])
        return Response(self.get_serializer(member.team).data)
