"""What a run found: candidates, networks, files."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpResponseBase
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from nas_engine.wire import plain
from webapp.api import serializers
from webapp.api.pages import Page
from webapp.api.ranges import download
from webapp.api.views.asking import PROBLEM
from webapp.api.views.runs import OfRun
from webapp.runs.selectors.candidates import architectures_of, candidates_of, exports_of, network_of


class CandidatePage(Page):
    """Pages of candidates, in the order that was asked for."""

    def get_ordering(self, request: Request, queryset: Any, view: Any) -> tuple[str, ...]:
        return tuple(queryset.query.order_by)


class Candidates(OfRun):
    pagination_class = CandidatePage
    serializer_class = serializers.CandidateSerializer  # type: ignore[assignment]

    @extend_schema(
        operation_id="list_candidates",
        summary="candidates of a run: filtered, ordered, paged",
        parameters=[serializers.CandidateFilterSerializer],
        responses={200: serializers.CandidateSerializer(many=True), 400: PROBLEM, 404: PROBLEM},
    )
    def get(self, request: Request, pk: uuid.UUID) -> Response:
        chosen = serializers.CandidateFilterSerializer(data=request.query_params)
        chosen.is_valid(raise_exception=True)
        pages = CandidatePage()
        page = pages.paginate_queryset(candidates_of(self.run(), dict(chosen.validated_data)), request, self)
        return pages.get_paginated_response(serializers.CandidateSerializer(page or [], many=True).data)


class Architectures(OfRun):
    pagination_class = CandidatePage
    serializer_class = serializers.ArchitectureSerializer  # type: ignore[assignment]

    @extend_schema(
        operation_id="list_architectures",
        summary="every network of a run that got a score, once, best first",
        responses={200: serializers.ArchitectureSerializer(many=True), 404: PROBLEM},
    )
    def get(self, request: Request, pk: uuid.UUID) -> Response:
        pages = CandidatePage()
        page = pages.paginate_queryset(architectures_of(self.run()), request, self)
        return pages.get_paginated_response(serializers.ArchitectureSerializer(page or [], many=True).data)


class Architecture(OfRun):
    @extend_schema(
        operation_id="read_architecture",
        summary="one network: document, layers with costs, graphs, answers",
        responses={200: serializers.NetworkSerializer, 404: PROBLEM},
    )
    def get(self, request: Request, pk: uuid.UUID, key: str) -> Response:
        found = network_of(self.run(), key)
        if found is None:
            raise Http404
        network, answers = found
        return Response({**plain(network), "candidates": serializers.CandidateSerializer(answers, many=True).data})


class Files(OfRun):
    @extend_schema(
        operation_id="list_files",
        summary="the exported files; none before the export",
        responses={200: serializers.FileSerializer(many=True), 404: PROBLEM},
    )
    def get(self, request: Request, pk: uuid.UUID) -> Response:
        files = exports_of(self.run())
        shown = [
            {
                "name": file.name,
                "size": file.size,
                "sha256": file.sha256,
                "url": request.build_absolute_uri(reverse("api:file", args=(pk, file.name))),
            }
            for file in files
        ]
        return Response(shown)


class OneFile(OfRun):
    @extend_schema(
        operation_id="download_file",
        summary="an exported file, whole or the part that Range asks for",
        parameters=[OpenApiParameter("Range", str, OpenApiParameter.HEADER)],
        responses={
            (200, "application/octet-stream"): OpenApiTypes.BINARY,
            (206, "application/octet-stream"): OpenApiTypes.BINARY,
            304: OpenApiResponse(description="you have it: If-None-Match names its checksum"),
            404: PROBLEM,
            416: OpenApiResponse(description="there is no such part"),
        },
    )
    def get(self, request: Request, pk: uuid.UUID, name: str) -> HttpResponseBase:
        found = {file.name: file for file in exports_of(self.run())}.get(name)
        if found is None or not found.path.exists():
            raise Http404
        return download(request._request, found.path, found.name, found.sha256)
