"""Saved spaces over REST."""

from __future__ import annotations

import json
import uuid
from io import BytesIO
from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse, Http404
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.generics import GenericAPIView, ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from nas_engine.saved import released_form
from webapp.accounts.selectors import home_team, teams_of
from webapp.api.pages import Page
from webapp.api.scopes import Scope
from webapp.api.serializers.spaces import (
    NewSpaceSerializer,
    SavedSpaceSerializer,
    SpaceMadeSerializer,
    WholeSpaceSerializer,
)
from webapp.api.views.asking import PROBLEM, body, seen, user_of
from webapp.runs.models import Run
from webapp.runs.selectors.runs import runs_of
from webapp.spaces.models import SavedSpace
from webapp.spaces.selectors import saved_from, spaces_made, spaces_of
from webapp.spaces.services.save import save_space, save_space_of_run

OURS, THEIRS = "space.json", "search_space.config"  # the second is what AutoSpace's authors call theirs


class Spaces(ListAPIView[SavedSpace]):
    scope = Scope.WRITE
    serializer_class = SavedSpaceSerializer
    pagination_class = Page

    def get_queryset(self) -> QuerySet[SavedSpace]:
        return spaces_of(user_of(self.request))

    @extend_schema(operation_id="list_spaces", summary="saved spaces of your teams, newest first")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="save_space",
        summary="save a run's space, or a document; the newest version again where nothing changed",
        request=NewSpaceSerializer,
        responses={201: SavedSpaceSerializer, **dict.fromkeys((400, 403, 404, 409, 422), PROBLEM)},
    )
    def post(self, request: Request) -> Response:
        given, user = body(self, NewSpaceSerializer), user_of(request)
        if "run" in given:
            run = seen(runs_of(user), given["run"])
            made = save_space_of_run(user, run, given.get("stage"), given.get("name", ""))
        else:
            team = seen(teams_of(user), given["team"]) if "team" in given else home_team(user)
            made = save_space(user, team, given["name"], given["document"])
        return Response(self.get_serializer(made).data, status.HTTP_201_CREATED)


@extend_schema_view(
    get=extend_schema(
        operation_id="read_space",
        summary="one with its document, with which a recipe begins",
        responses={200: WholeSpaceSerializer, 404: PROBLEM},
    )
)
class OneSpace(RetrieveAPIView[SavedSpace]):
    scope = Scope.READ
    serializer_class = WholeSpaceSerializer

    def get_queryset(self) -> QuerySet[SavedSpace]:
        return spaces_of(user_of(self.request))


class SpaceFile(GenericAPIView[SavedSpace]):
    scope = Scope.READ
    serializer_class = WholeSpaceSerializer

    @extend_schema(
        operation_id="download_space",
        summary=f"{OURS}, our document, or {THEIRS}, the form of AutoSpace's authors, which only lists of cells have",
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY, 404: PROBLEM},
    )
    def get(self, request: Request, pk: uuid.UUID, name: str) -> HttpResponseBase:
        saved = seen(spaces_of(user_of(request)), pk)
        found = saved.document if name == OURS else released_form(saved.document) if name == THEIRS else None
        if found is None:
            raise Http404
        data = BytesIO((json.dumps(found) + "\n").encode())
        return FileResponse(data, as_attachment=True, filename=name, content_type="application/octet-stream")


class SpacesOfRun(GenericAPIView[Run]):
    scope = Scope.READ
    serializer_class = SpaceMadeSerializer

    @extend_schema(
        operation_id="list_spaces_of_run",
        summary="the spaces that its stages concluded, which can be saved",
        responses={200: SpaceMadeSerializer(many=True), 404: PROBLEM},
    )
    def get(self, request: Request, pk: uuid.UUID) -> Response:
        run = seen(runs_of(user_of(request)), pk)
        saved = saved_from(run)
        shown = [
            {
                "stage": one.stage,
                "name": one.name,
                "size": str(one.size),
                "shrunk": one.shrunk,
                "saved": saved[one.stage].pk if one.stage in saved else None,
            }
            for one in spaces_made(run)
        ]
        return Response(self.get_serializer(shown, many=True).data)
