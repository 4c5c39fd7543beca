"""Operators that a team declares: looked at before they are saved, two versions compared, a set retired."""

from __future__ import annotations

import uuid
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from nas_engine.preview import declared_label, read_place, standing
from nas_engine.wire import plain
from webapp.api.scopes import Scope
from webapp.api.serializers.operator_sets import OperatorDiffSerializer, OperatorSetSerializer
from webapp.api.serializers.operators import DeclarationRequestSerializer, OperatorPreviewSerializer
from webapp.api.views.asking import PROBLEM, body, seen, user_of
from webapp.operators.differences import differences
from webapp.operators.models import OperatorSet
from webapp.operators.selectors import operator_sets_of, two_versions
from webapp.operators.services.retire import restore_set, retire_set

PLACE = ("channels", "out", "height", "width", "stride")


class PreviewOperator(GenericAPIView[Any]):
    scope = Scope.READ
    serializer_class = OperatorPreviewSerializer

    @extend_schema(
        operation_id="preview_operator",
        summary="what a declaration, or any label, makes at a place: label, shapes, cost, drawing; nothing is saved",
        request=DeclarationRequestSerializer,
        responses={200: OperatorPreviewSerializer, 400: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request) -> Response:
        given = body(self, DeclarationRequestSerializer)
        place = read_place({name: given[name] for name in PLACE})
        label = given["label"] if "label" in given else declared_label(given["declaration"])
        found = standing(label, place)
        layers = [
            {"path": row.path, "layer": row.layer, "output": str(row.output), "cost": plain(row.cost)}
            for row in found.layers
        ]
        shown = {"label": found.label, "cost": plain(found.cost), "output": found.output, "layers": layers}
        return Response({**shown, "graph": plain(found.graph)})


class DiffOperatorSet(GenericAPIView[OperatorSet]):
    scope = Scope.READ
    serializer_class = OperatorDiffSerializer

    @extend_schema(
        operation_id="diff_operator_set",
        summary="two versions side by side: operators added, removed and changed, field by field",
        parameters=[
            OpenApiParameter("older", OpenApiTypes.INT, description="number of a version; default: the one before"),
            OpenApiParameter("newer", OpenApiTypes.INT, description="number of a version; default: the newest"),
        ],
        responses={200: OperatorDiffSerializer, 404: PROBLEM},
    )
    def get(self, request: Request, pk: uuid.UUID) -> Response:
        held = seen(operator_sets_of(user_of(request)), pk)
        older, newer = two_versions(held, request.query_params.get("older"), request.query_params.get("newer"))
        shown = {"older": older.number, "newer": newer.number, "operators": differences(older, newer)}
        return Response(self.get_serializer(shown).data)


class RetireOperatorSet(GenericAPIView[OperatorSet]):
    scope = Scope.WRITE
    serializer_class = OperatorSetSerializer

    @extend_schema(
        operation_id="retire_operator_set",
        summary="no longer offered to new studies; its versions are still read",
        request=None,
        responses={200: OperatorSetSerializer, 403: PROBLEM, 404: PROBLEM},
    )
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        held = seen(operator_sets_of(user_of(request)), pk)
        retire_set(user_of(request), held)
        return Response(self.get_serializer(seen(operator_sets_of(user_of(request)), pk)).data)


class RestoreOperatorSet(GenericAPIView[OperatorSet]):
    scope = Scope.WRITE
    serializer_class = OperatorSetSerializer

    @extend_schema(
        operation_id="restore_operator_set",
        summary="offered again",
        request=None,
        responses={200: OperatorSetSerializer, 403: PROBLEM, 404: PROBLEM},
    )
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        held = seen(operator_sets_of(user_of(request)), pk)
        restore_set(user_of(request), held)
        return Response(self.get_serializer(seen(operator_sets_of(user_of(request)), pk)).data)
