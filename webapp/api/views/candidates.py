"""What a run found: candidates, networks, files."""

from __future__ import annotations

import uuid
from io import BytesIO
from typing import Any

from django.http import FileResponse, Http404, HttpResponseBase
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from nas_engine.wire import plain
from webapp.api.pages import Page
from webapp.api.ranges import download
from webapp.api.serializers.candidates import (
    ArchitectureSerializer,
    CandidateFilterSerializer,
    CandidateSerializer,
    NetworkSerializer,
)
from webapp.api.serializers.runs import BestSerializer, FileSerializer, RetrainSerializer
from webapp.api.serializers.studies import WholeStudySerializer
from webapp.api.views.asking import PROBLEM, body, seen, user_of
from webapp.api.views.runs import OfRun
from webapp.runs.models import Candidate, Run
from webapp.runs.selectors.best import best_so_far
from webapp.runs.selectors.candidate_pages import Mark, candidate_page, mark_of
from webapp.runs.selectors.candidates import architectures_of, exports_of, network_of
from webapp.studies.selectors import studies_of
from webapp.studies.services.retrain import Longer, retrain_network


class CandidatePages(Page):
    """Pages of candidates in the order that was asked for, by the row beside them: however many rows have one figure."""

    def paginate(self, run: Run, chosen: dict[str, Any], request: Request) -> list[Candidate]:
        """The page that the request's cursor names. Raises NotFound for a cursor that none of our pages gave."""
        self._here = request.build_absolute_uri()
        size = self.get_page_size(request) or self.page_size
        page = candidate_page(run, chosen, size, _mark(request.query_params.get(self.cursor_query_param)))
        self._before = mark_of(page.rows[0], chosen, back=True) if page.rows and page.before else None
        self._after = mark_of(page.rows[-1], chosen) if page.rows and page.after else None
        return page.rows

    def get_next_link(self) -> str | None:
        return None if self._after is None else self._link(f"after:{self._after}")

    def get_previous_link(self) -> str | None:
        return None if self._before is None else self._link(f"before:{self._before}")

    def _link(self, cursor: str) -> str:
        return str(replace_query_param(self._here, self.cursor_query_param, cursor))


def _mark(cursor: str | None) -> Mark | None:
    if cursor is None:
        return None
    side, _, text = cursor.partition(":")
    if side not in ("after", "before"):
        raise NotFound(CandidatePages.invalid_cursor_message)
    try:
        return Mark.read(text, back=side == "before")
    except ValueError as error:
        raise NotFound(CandidatePages.invalid_cursor_message) from error


class ArchitecturePages(Page):
    """Pages of networks, best first."""

    def get_ordering(self, request: Request, queryset: Any, view: Any) -> tuple[str, ...]:
        return tuple(queryset.query.order_by)


class Candidates(OfRun):
    pagination_class = CandidatePages
    serializer_class = CandidateSerializer  # type: ignore[assignment]

    @extend_schema(
        operation_id="list_candidates",
        summary="candidates of a run: filtered, ordered, paged",
        parameters=[CandidateFilterSerializer],
        responses={200: CandidateSerializer(many=True), 400: PROBLEM, 404: PROBLEM},
    )
    def get(self, request: Request, pk: uuid.UUID) -> Response:
        chosen = CandidateFilterSerializer(data=request.query_params)
        chosen.is_valid(raise_exception=True)
        pages = CandidatePages()
        page = pages.paginate(self.run(), dict(chosen.validated_data), request)
        return pages.get_paginated_response(CandidateSerializer(page, many=True).data)


class Architectures(OfRun):
    pagination_class = ArchitecturePages
    serializer_class = ArchitectureSerializer  # type: ignore[assignment]

    @extend_schema(
        operation_id="list_architectures",
        summary="every network of a run that got a score, once, best first",
        responses={200: ArchitectureSerializer(many=True), 404: PROBLEM},
    )
    def get(self, request: Request, pk: uuid.UUID) -> Response:
        pages = ArchitecturePages()
        page = pages.paginate_queryset(architectures_of(self.run()), request, self)
        return pages.get_paginated_response(ArchitectureSerializer(page or [], many=True).data)


class Architecture(OfRun):
    @extend_schema(
        operation_id="read_architecture",
        summary="one network: document, layers with costs, graphs, answers",
        responses={200: NetworkSerializer, 404: PROBLEM},
    )
    def get(self, request: Request, pk: uuid.UUID, key: str) -> Response:
        found = network_of(self.run(), key)
        if found is None:
            raise Http404
        network, answers = found
        return Response({**plain(network), "candidates": CandidateSerializer(answers, many=True).data})


class RetrainNetwork(OfRun):
    @extend_schema(
        operation_id="retrain_architecture",
        summary="train one network longer or with more seeds, beside the reference: a study of its own",
        request=RetrainSerializer,
        responses={201: WholeStudySerializer, **dict.fromkeys((400, 403, 404, 409, 422), PROBLEM)},
    )
    def post(self, request: Request, pk: uuid.UUID, key: str) -> Response:
        run, asked = self.changeable(), Longer(**body(self, RetrainSerializer))
        study = retrain_network(user_of(request), run, key, asked)
        shown = WholeStudySerializer(
            seen(studies_of(user_of(request)), study.pk), context=self.get_serializer_context()
        )
        return Response(shown.data, status.HTTP_201_CREATED)


class Files(OfRun):
    @extend_schema(
        operation_id="list_files",
        summary="the exported files; none before the export",
        responses={200: FileSerializer(many=True), 404: PROBLEM},
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


class Best(OfRun):
    @extend_schema(
        operation_id="read_best",
        summary="the best network so far, not retrained, with its document, source and card; of any run that has a score",
        responses={200: BestSerializer, 404: PROBLEM},
    )
    def get(self, request: Request, pk: uuid.UUID) -> Response:
        found = best_so_far(self.run())
        if found is None:
            raise Http404
        candidate = found.candidate
        files = [
            {
                "name": name,
                "size": size,
                "sha256": digest,
                "url": request.build_absolute_uri(reverse("api:best-file", args=(pk, name))),
            }
            for name, size, digest in found.listed
        ]
        figures = {name: getattr(candidate, name) for name in ("score", "params", "madds")}
        return Response({"architecture": candidate.architecture.key, "stage": found.stage, **figures, "files": files})


class BestFile(OfRun):
    @extend_schema(
        operation_id="download_best_file",
        summary="a file of the best network so far",
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY, 404: PROBLEM},
    )
    def get(self, request: Request, pk: uuid.UUID, name: str) -> HttpResponseBase:
        found = best_so_far(self.run())
        data = None if found is None else found.files.get(name)
        if data is None:
            raise Http404
        return FileResponse(BytesIO(data), as_attachment=True, filename=name, content_type="application/octet-stream")


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
