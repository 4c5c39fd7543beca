"""Runs over REST: read, asked of, followed."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from nas_engine.extension import More
from webapp.accounts.models import Role
from webapp.accounts.selectors import require
from webapp.api.etags import conditional, tag_of
from webapp.api.pages import Page
from webapp.api.scopes import Scope
from webapp.api.serializers.runs import (
    CursorSerializer,
    EventsSerializer,
    ExtendSerializer,
    NewRunSerializer,
    RunSerializer,
)
from webapp.api.views.asking import PROBLEM, ask_view, body, seen, user_of
from webapp.runs.models import Run
from webapp.runs.selectors.events import events_since
from webapp.runs.selectors.runs import runs_of, shown
from webapp.runs.selectors.snapshot import gauges, snapshot
from webapp.runs.services import control
from webapp.runs.services.delete import delete_run
from webapp.runs.services.extend import extend
from webapp.runs.services.retry import retry
from webapp.studies.selectors import studies_of


def versions_of(run: Run) -> tuple[object, ...]:
    """What changes whenever an answer about the run alone does."""
    return (run.pk, run.last_seq, run.state_version, run.wanted, shown(run), run.ended)


class OfRun(GenericAPIView[Run]):
    scope = Scope.WRITE

    """A view of one run that the user may see."""

    serializer_class = RunSerializer

    def get_queryset(self) -> QuerySet[Run]:
        return runs_of(user_of(self.request))

    def run(self) -> Run:
        return seen(self.get_queryset(), self.kwargs["pk"])

    def changeable(self) -> Run:
        """Raises NotAllowed for a viewer."""
        found = self.run()
        require(user_of(self.request), found.study.team_id, Role.EDITOR)
        return found


@extend_schema_view(get=extend_schema(operation_id="list_runs", summary="runs of your teams, newest first"))
class Runs(ListAPIView[Run]):
    scope = Scope.READ
    pagination_class = Page
    serializer_class = RunSerializer

    def get_queryset(self) -> QuerySet[Run]:
        return runs_of(user_of(self.request))


class RunsOfStudy(GenericAPIView[Run]):
    scope = Scope.WRITE
    serializer_class = RunSerializer

    @extend_schema(
        operation_id="start_run",
        summary="one more run of a study",
        request=NewRunSerializer,
        responses={201: RunSerializer, **dict.fromkeys((400, 403, 404, 409), PROBLEM)},
    )
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        study = seen(studies_of(user_of(request)), pk)
        require(user_of(request), study.team_id, Role.EDITOR)
        run = control.start_run(study, body(self, NewRunSerializer)["slots"])
        return Response(self.get_serializer(run).data, status.HTTP_201_CREATED)


class OneRun(OfRun):
    tagged = ("GET",)

    @extend_schema(operation_id="read_run", summary="how a run is", responses={200: RunSerializer, 404: PROBLEM})
    def get(self, request: Request, pk: uuid.UUID) -> Response:
        run = self.run()
        return conditional(request, tag_of("run", *versions_of(run)), lambda: self.get_serializer(run).data)

    @extend_schema(
        operation_id="delete_run", summary="with its files", responses={204: None, 403: PROBLEM, 404: PROBLEM}
    )
    def delete(self, request: Request, pk: uuid.UUID) -> Response:
        delete_run(self.changeable())
        return Response(status=status.HTTP_204_NO_CONTENT)


class Snapshot(OfRun):
    tagged = ("GET",)

    @extend_schema(
        operation_id="read_snapshot",
        summary="everything that the run's page shows, with the cursor to follow it from",
        responses={200: OpenApiTypes.OBJECT, 404: PROBLEM},
    )
    def get(self, request: Request, pk: uuid.UUID) -> Response:
        run = self.run()
        return conditional(request, tag_of(*versions_of(run), gauges(run)), lambda: snapshot(run))


class Events(OfRun):
    tagged = ("GET",)

    @extend_schema(
        operation_id="list_events",
        summary="events after a cursor, oldest first",
        parameters=[
            OpenApiParameter("since", int, default=0, description="the last `seq` that you have"),
            OpenApiParameter("limit", int, default=500, description="at most so many, up to 1000"),
        ],
        responses={200: EventsSerializer, 400: PROBLEM, 404: PROBLEM},
    )
    def get(self, request: Request, pk: uuid.UUID) -> Response:
        run = self.run()
        chosen = CursorSerializer(data=request.query_params)
        chosen.is_valid(raise_exception=True)
        since, limit = chosen.validated_data["since"], chosen.validated_data["limit"]
        tag = tag_of("events", run.pk, run.last_seq, since, limit)
        return conditional(request, tag, lambda: {"last_seq": run.last_seq, "events": events_since(run, since, limit)})


class ExtendRun(OfRun):
    @extend_schema(
        operation_id="extend_run",
        summary="a run that is over goes on with more to spend: another run of its study, which does nothing again",
        request=ExtendSerializer,
        responses={
            201: RunSerializer,
            400: PROBLEM,
            403: PROBLEM,
            404: PROBLEM,
            409: PROBLEM,
            422: PROBLEM,
        },
    )
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        run = extend(self.changeable(), More(**body(self, ExtendSerializer)))
        return Response(self.get_serializer(run).data, status.HTTP_201_CREATED)


class AskOfRun(OfRun):
    """Pause, resume, finish, cancel or retry. Asking twice, or of a run that is over, changes nothing."""

    ask: Callable[[uuid.UUID], bool]

    def post(self, request: Request, pk: uuid.UUID) -> Response:
        self.ask(self.changeable().pk)
        return Response(self.get_serializer(self.run()).data)


ASKS_OF_RUNS = {
    "pause": ask_view(AskOfRun, "pause", control.pause, "begin nothing new; what is out stops at its next boundary"),
    "resume": ask_view(AskOfRun, "resume", control.resume, "go on", (409,)),
    "finish": ask_view(AskOfRun, "finish", control.finish, "conclude the search with what there is, retrain, export"),
    "cancel": ask_view(AskOfRun, "cancel", control.cancel, "end it; what was found so far stays"),
    "retry": ask_view(AskOfRun, "retry", retry, "a failed or cancelled run goes on from its last checkpoint", (409,)),
}
