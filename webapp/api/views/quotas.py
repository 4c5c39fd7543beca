"""Quotas over REST: read, for members. Whoever runs the studio sets them."""

from __future__ import annotations

import uuid
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from webapp.accounts.models import Team
from webapp.accounts.selectors import teams_of
from webapp.api.scopes import Scope
from webapp.api.views.asking import PROBLEM, seen, user_of
from webapp.quotas.models import Quota
from webapp.quotas.selectors import uses_of


class UseSerializer(serializers.Serializer[Any]):
    """`seconds` are of devices, in this calendar month (UTC); `most` is null where there is no limit."""

    what = serializers.ChoiceField(Quota.What.choices)
    used = serializers.IntegerField()
    most = serializers.IntegerField(allow_null=True)


class QuotasOfTeam(GenericAPIView[Team]):
    scope = Scope.READ
    serializer_class = UseSerializer
    pagination_class = None

    @extend_schema(
        operation_id="read_quotas",
        summary="what a team may use, and uses: studies at once, device seconds a month, bytes",
        responses={200: UseSerializer(many=True), 404: PROBLEM},
    )
    def get(self, request: Request, pk: uuid.UUID) -> Response:
        team = seen(teams_of(user_of(request)), pk)
        return Response(self.get_serializer(uses_of(team), many=True).data)
