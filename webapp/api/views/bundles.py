"""Bundles over REST: taken away, and studies made again from them."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.generics import GenericAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from nas_engine.bundle import blocks, file_name
from webapp.accounts.selectors import home_team, teams_of
from webapp.api.scopes import Scope
from webapp.api.serializers.studies import WholeStudySerializer
from webapp.api.views.asking import PROBLEM, body, seen, user_of
from webapp.api.views.runs import OfRun
from webapp.api.views.studies import KEY
from webapp.bundles.selectors import newest_run, recorded
from webapp.bundles.services.recreate import Brought, recreate_study
from webapp.streams import AsItIs, Streamed
from webapp.studies.models import Study
from webapp.studies.selectors import studies_of

ZIP = "application/zip"


class FromBundleSerializer(serializers.Serializer[Any]):
    """A bundle, as multipart/form-data."""

    bundle = serializers.FileField(max_length=200, allow_empty_file=True, help_text="NAME.bundle.zip")
    name = serializers.CharField(required=False, max_length=120, help_text="of the study; default: the bundle's")
    team = serializers.UUIDField(required=False, help_text="default: your only team")
    start = serializers.BooleanField(default=True, help_text="begin a run at once")


class RunBundle(OfRun):
    content_negotiation_class = AsItIs

    @extend_schema(
        operation_id="download_run_bundle",
        summary="the whole run as one zip: recipe, versions, seeds, facts, metrics, report, environment",
        responses={(200, ZIP): OpenApiTypes.BINARY, 404: PROBLEM, 422: PROBLEM},
    )
    def get(self, request: Request, pk: uuid.UUID) -> HttpResponseBase:
        return _bundle(self.run().pk)


class StudyBundle(GenericAPIView[Study]):
    scope = Scope.READ
    content_negotiation_class = AsItIs

    def get_queryset(self) -> QuerySet[Study]:
        return studies_of(user_of(self.request))

    @extend_schema(
        operation_id="download_study_bundle",
        summary="the bundle of a study's newest run",
        responses={(200, ZIP): OpenApiTypes.BINARY, 404: PROBLEM, 409: PROBLEM, 422: PROBLEM},
    )
    def get(self, request: Request, pk: uuid.UUID) -> HttpResponseBase:
        return _bundle(newest_run(seen(self.get_queryset(), pk)).pk)


def _bundle(run: uuid.UUID) -> HttpResponseBase:
    told = recorded(run)
    response = Streamed(blocks(told), content_type=ZIP)
    response["Content-Disposition"] = f'attachment; filename="{file_name(told.name)}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


class StudyFromBundle(GenericAPIView[Study]):
    scope = Scope.WRITE
    serializer_class = WholeStudySerializer
    parser_classes = (MultiPartParser,)

    @extend_schema(
        operation_id="create_study_from_bundle",
        summary="make a study again from a bundle of this or another studio; by default its first run begins",
        parameters=[KEY],
        request={"multipart/form-data": FromBundleSerializer},
        responses={
            201: WholeStudySerializer,
            200: WholeStudySerializer,
            **dict.fromkeys((400, 403, 404, 409, 415, 422), PROBLEM),
        },
    )
    def post(self, request: Request) -> Response:
        given, user = body(self, FromBundleSerializer), user_of(request)
        team = seen(teams_of(user), given["team"]) if "team" in given else home_team(user)
        key = request.headers.get("Idempotency-Key", "")[:200]
        asked = Brought(team, given["bundle"].file, given.get("name", ""), given["start"], key)
        study, new = recreate_study(user, asked)
        shown = WholeStudySerializer(seen(studies_of(user), study.pk), context=self.get_serializer_context())
        return Response(shown.data, status.HTTP_201_CREATED if new else status.HTTP_200_OK)
