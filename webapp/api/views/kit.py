"""What a study is made of: catalog, templates, previews, operator sets."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.generics import GenericAPIView, ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from nas_engine.catalog import catalog, declaration_schema, recipe_schema, skeletons
from nas_engine.preview import preview
from nas_engine.preview import recipe as read_recipe
from nas_engine.wire import plain
from webapp.accounts.selectors import home_team, teams_of
from webapp.api.etags import conditional, tag_of
from webapp.api.pages import Page
from webapp.api.scopes import Scope
from webapp.api.serializers.operator_sets import (
    LabelsSerializer,
    NewOperatorSetSerializer,
    OperatorSetSerializer,
    OperatorSetVersionSerializer,
)
from webapp.api.serializers.previews import PreviewRequestSerializer, PreviewSerializer
from webapp.api.serializers.studies import TemplateSerializer
from webapp.api.views.asking import PROBLEM, body, seen, user_of
from webapp.operators.models import OperatorSet, OperatorSetVersion
from webapp.operators.selectors import operator_sets_of
from webapp.operators.services.save import add_version, create_operator_set
from webapp.studies.selectors import templates


class Catalog(APIView):
    scope = Scope.READ
    tagged = ("GET",)

    @extend_schema(
        operation_id="read_catalog",
        summary="every component with its fields, ranges and help, and the JSON schemas of a recipe and of a declared operator",
        responses={200: OpenApiTypes.OBJECT},
    )
    def get(self, request: Request) -> Response:
        return conditional(
            request,
            tag_of("catalog"),
            lambda: {
                "families": catalog(),
                "skeletons": skeletons(),
                "recipe": recipe_schema(),
                "declaration": declaration_schema(),
            },
        )


class Templates(APIView):
    scope = Scope.READ

    @extend_schema(
        operation_id="list_templates",
        summary="recipes to begin with, the default one first",
        responses={200: TemplateSerializer(many=True)},
    )
    def get(self, request: Request) -> Response:
        return Response(TemplateSerializer(list(templates().values()), many=True).data)


class Preview(GenericAPIView[Any]):
    scope = Scope.READ
    kind = "expensive"
    serializer_class = PreviewSerializer

    @extend_schema(
        operation_id="preview_recipe",
        summary="what a recipe's space holds, and what of it is within the budget; nothing is saved",
        request=PreviewRequestSerializer,
        responses={200: PreviewSerializer, 400: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request) -> Response:
        found = plain(preview(read_recipe(body(self, PreviewRequestSerializer)["recipe"])))
        return Response({**found, "size": str(found["size"])})


class OperatorSets(ListAPIView[OperatorSet]):
    scope = Scope.WRITE
    serializer_class = OperatorSetSerializer
    pagination_class = Page

    def get_queryset(self) -> QuerySet[OperatorSet]:
        return operator_sets_of(user_of(self.request))

    @extend_schema(operation_id="list_operator_sets", summary="operator sets of your teams")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="create_operator_set",
        request=NewOperatorSetSerializer,
        responses={201: OperatorSetSerializer, **dict.fromkeys((400, 403, 404, 409, 422), PROBLEM)},
    )
    def post(self, request: Request) -> Response:
        given, user = body(self, NewOperatorSetSerializer), user_of(request)
        team = seen(teams_of(user), given["team"]) if "team" in given else home_team(user)
        made = create_operator_set(user, team, given["name"], given["labels"], given.get("declared", ()))
        return Response(self.get_serializer(made).data, status.HTTP_201_CREATED)


@extend_schema_view(
    get=extend_schema(operation_id="read_operator_set", responses={200: OperatorSetSerializer, 404: PROBLEM})
)
class OneOperatorSet(RetrieveAPIView[OperatorSet]):
    scope = Scope.READ
    serializer_class = OperatorSetSerializer

    def get_queryset(self) -> QuerySet[OperatorSet]:
        return operator_sets_of(user_of(self.request))


class OperatorSetVersions(GenericAPIView[OperatorSetVersion]):
    scope = Scope.WRITE
    serializer_class = OperatorSetVersionSerializer

    @extend_schema(
        operation_id="add_operator_set_version",
        summary="a new version; the newest one again where nothing changed",
        request=LabelsSerializer,
        responses={
            201: OperatorSetVersionSerializer,
            400: PROBLEM,
            403: PROBLEM,
            404: PROBLEM,
            409: PROBLEM,
            422: PROBLEM,
        },
    )
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        user = user_of(request)
        held = seen(operator_sets_of(user), pk)
        given = body(self, LabelsSerializer)
        version = add_version(user, held, given["labels"], given.get("declared", ()))
        return Response(self.get_serializer(version).data, status.HTTP_201_CREATED)
