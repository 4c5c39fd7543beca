"""Comparisons over REST."""

from __future__ import annotations

from django.http import QueryDict
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from webapp.api.scopes import Scope
from webapp.api.serializers.comparisons import ComparisonSerializer
from webapp.api.views.asking import PROBLEM, user_of
from webapp.sharing.chosen import chosen
from webapp.studies.comparison.compare import columns
from webapp.studies.models import Study

STUDIES = OpenApiParameter("studies", str, description="ids of one to six studies, with commas")
NETWORKS = OpenApiParameter(
    "architectures", str, description="one to six networks as run:key, with commas; in place of studies"
)


class Compare(GenericAPIView[Study]):
    scope = Scope.READ
    serializer_class = ComparisonSerializer

    @extend_schema(
        operation_id="compare",
        summary="up to six studies, or networks: what each found, as columns, and where their recipes differ",
        parameters=[STUDIES, NETWORKS],
        responses={200: ComparisonSerializer, 400: PROBLEM, 404: PROBLEM},
    )
    def get(self, request: Request) -> Response:
        given: QueryDict = request.query_params
        named = chosen(user_of(request), given)
        if not named.any:
            raise ValidationError({"studies": "got nothing, wanted the ids of one to six studies, or architectures"})
        return Response(columns(named.compared()))
