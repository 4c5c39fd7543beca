"""Data over REST. It comes by an upload (`webapp.api.views.uploads`)."""

from __future__ import annotations

import uuid

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from webapp.api.pages import Page
from webapp.api.scopes import Scope
from webapp.api.serializers.datasets import DatasetSerializer, PictureSerializer, WholeVersionSerializer
from webapp.api.views.asking import PROBLEM, seen, user_of
from webapp.datasets.models import Dataset, DatasetVersion
from webapp.datasets.selectors import datasets_of, versions_of
from webapp.datasets.services.delete import delete_dataset, delete_version
from webapp.datasets.shelf import picture


@extend_schema_view(get=extend_schema(operation_id="list_datasets", summary="built-in data and that of your teams"))
class Datasets(ListAPIView[Dataset]):
    scope = Scope.READ
    serializer_class = DatasetSerializer
    pagination_class = Page

    def get_queryset(self) -> QuerySet[Dataset]:
        return datasets_of(user_of(self.request))


class OneDataset(GenericAPIView[Dataset]):
    scope = Scope.WRITE
    serializer_class = DatasetSerializer

    def get_queryset(self) -> QuerySet[Dataset]:
        return datasets_of(user_of(self.request))

    @extend_schema(
        operation_id="read_dataset",
        summary="data with its versions",
        responses={200: DatasetSerializer, 404: PROBLEM},
    )
    def get(self, request: Request, pk: uuid.UUID) -> Response:
        return Response(self.get_serializer(seen(self.get_queryset(), pk)).data)

    @extend_schema(
        operation_id="delete_dataset",
        summary="with its versions and files; not while a study uses it",
        responses={204: None, 403: PROBLEM, 404: PROBLEM, 409: PROBLEM},
    )
    def delete(self, request: Request, pk: uuid.UUID) -> Response:
        delete_dataset(user_of(request), seen(self.get_queryset(), pk))
        return Response(status=status.HTTP_204_NO_CONTENT)


class OneVersion(GenericAPIView[DatasetVersion]):
    scope = Scope.WRITE
    serializer_class = WholeVersionSerializer

    def get_queryset(self) -> QuerySet[DatasetVersion]:
        return versions_of(user_of(self.request))

    @extend_schema(
        operation_id="read_dataset_version",
        summary="one version with what its check found",
        responses={200: WholeVersionSerializer, 404: PROBLEM},
    )
    def get(self, request: Request, pk: uuid.UUID) -> Response:
        return Response(self.get_serializer(seen(self.get_queryset(), pk)).data)

    @extend_schema(
        operation_id="delete_dataset_version",
        summary="with its files, and the data set with its last one; not while a study uses it",
        responses={204: None, 403: PROBLEM, 404: PROBLEM, 409: PROBLEM},
    )
    def delete(self, request: Request, pk: uuid.UUID) -> Response:
        delete_version(user_of(request), seen(self.get_queryset(), pk))
        return Response(status=status.HTTP_204_NO_CONTENT)


class Picture(GenericAPIView[DatasetVersion]):
    scope = Scope.READ
    serializer_class = WholeVersionSerializer

    def get_queryset(self) -> QuerySet[DatasetVersion]:
        return versions_of(user_of(self.request))

    @extend_schema(
        operation_id="read_image",
        summary="one image as a PNG, by its place in a split; content never changes, so it may be kept",
        parameters=[
            OpenApiParameter("split", str, OpenApiParameter.PATH, enum=["train", "validation", "test"]),
            PictureSerializer,
        ],
        responses={
            (200, "image/png"): OpenApiTypes.BINARY,
            304: OpenApiResponse(description="you have it: If-None-Match names it"),
            400: PROBLEM,
            404: PROBLEM,
        },
    )
    def get(self, request: Request, pk: uuid.UUID, split: str, position: int) -> HttpResponse:
        version = seen(self.get_queryset(), pk)
        chosen = PictureSerializer(data=request.query_params)
        chosen.is_valid(raise_exception=True)
        side = chosen.validated_data.get("side")
        tag = f'"{version.sha256[:16]}-{split}-{position}-{side or 0}"'
        if tag in request.headers.get("If-None-Match", ""):
            answer = HttpResponse(status=status.HTTP_304_NOT_MODIFIED)
        else:
            found = picture(version, split, position, side)
            if found is None:
                raise Http404
            answer = HttpResponse(found, content_type="image/png")
        answer["ETag"], answer["Cache-Control"] = tag, "private, max-age=31536000, immutable"
        return answer
