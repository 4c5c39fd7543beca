"""Uploads over REST: announced here, carried by tus (`webapp.api.views.tus`)."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.generics import GenericAPIView, ListCreateAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from webapp.accounts.selectors import home_team, teams_of
from webapp.api.pages import Page
from webapp.api.scopes import Scope
from webapp.api.serializers.uploads import NewUploadSerializer, UploadSerializer
from webapp.api.views.asking import PROBLEM, body, seen, user_of
from webapp.datasets.models import Upload
from webapp.datasets.selectors import uploads_of
from webapp.datasets.services.uploads import Announced, Announcement, begin_upload, cancel_upload


@extend_schema_view(get=extend_schema(operation_id="list_uploads", summary="uploads to your teams, newest first"))
class Uploads(ListCreateAPIView[Upload]):
    scope = Scope.WRITE
    serializer_class = UploadSerializer
    pagination_class = Page

    def get_queryset(self) -> QuerySet[Upload]:
        return uploads_of(user_of(self.request))

    @extend_schema(
        operation_id="begin_upload",
        summary="announce files; the same files again, unfinished, are the same upload: 200",
        request=NewUploadSerializer,
        responses={
            201: UploadSerializer,
            200: UploadSerializer,
            **dict.fromkeys((400, 403, 404, 409, 413, 507), PROBLEM),
        },
    )
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        given, user = body(self, NewUploadSerializer), user_of(request)
        team = seen(teams_of(user), given["team"]) if "team" in given else home_team(user)
        files = [Announced(**file) for file in given["files"]]
        upload, new = begin_upload(user, Announcement(team, given["name"], files, given.get("side")))
        shown = self.get_serializer(seen(self.get_queryset(), upload.pk))
        return Response(shown.data, status.HTTP_201_CREATED if new else status.HTTP_200_OK)


class OneUpload(GenericAPIView[Upload]):
    scope = Scope.WRITE
    serializer_class = UploadSerializer

    def get_queryset(self) -> QuerySet[Upload]:
        return uploads_of(user_of(self.request))

    @extend_schema(
        operation_id="read_upload",
        summary="how far an upload is",
        responses={200: UploadSerializer, 404: PROBLEM},
    )
    def get(self, request: Request, pk: uuid.UUID) -> Response:
        return Response(self.get_serializer(seen(self.get_queryset(), pk)).data)

    @extend_schema(
        operation_id="cancel_upload",
        summary="give it up, with all that arrived",
        responses={204: None, 403: PROBLEM, 404: PROBLEM, 409: PROBLEM},
    )
    def delete(self, request: Request, pk: uuid.UUID) -> Response:
        cancel_upload(user_of(request), seen(self.get_queryset(), pk))
        return Response(status=status.HTTP_204_NO_CONTENT)
