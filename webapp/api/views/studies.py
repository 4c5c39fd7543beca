"""Studies over REST."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.generics import GenericAPIView, ListCreateAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from webapp.accounts.models import Role
from webapp.accounts.selectors import home_team, require, teams_of
from webapp.api.etags import conditional, require_match, tag_of
from webapp.api.pages import Page
from webapp.api.scopes import Scope
from webapp.api.serializers.runs import AskedSerializer
from webapp.api.serializers.studies import NewStudySerializer, RenameSerializer, StudySerializer, WholeStudySerializer
from webapp.api.views.asking import PROBLEM, ask_view, body, seen, user_of
from webapp.api.views.runs import versions_of
from webapp.notes.services.tags import tidy
from webapp.operators.selectors import operator_set_versions_of
from webapp.runs.services import control
from webapp.studies.models import Study
from webapp.studies.selectors import studies_of, templates
from webapp.studies.services.change import delete_study, rename_study
from webapp.studies.services.submit import Submission, submit_study

KEY = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, description="the same request with the same key makes one study"
)


TAG = OpenApiParameter("tag", str, description="those that have this tag")


@extend_schema_view(
    get=extend_schema(operation_id="list_studies", summary="studies of your teams, newest first", parameters=[TAG])
)
class Studies(ListCreateAPIView[Study]):
    scope = Scope.WRITE
    pagination_class = Page
    serializer_class = StudySerializer

    def get_queryset(self) -> Any:
        found, tag = studies_of(user_of(self.request)).prefetch_related("tags"), self.request.query_params.get("tag")
        return found if tag is None else found.filter(tags__name=tidy(tag))

    @extend_schema(
        operation_id="create_study",
        summary="submit a recipe or template; by default its first run begins",
        parameters=[KEY],
        request=NewStudySerializer,
        responses={
            201: WholeStudySerializer,
            200: WholeStudySerializer,
            400: PROBLEM,
            403: PROBLEM,
            404: PROBLEM,
            409: PROBLEM,
            422: PROBLEM,
        },
    )
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        given, user = body(self, NewStudySerializer), user_of(request)
        team = seen(teams_of(user), given["team"]) if "team" in given else home_team(user)
        asked = Submission(
            team,
            given["recipe"] if "recipe" in given else _template(given["template"]),
            given.get("name", ""),
            given["slots"],
            given["start"],
            request.headers.get("Idempotency-Key", "")[:200],
            seen(operator_set_versions_of(user), given["operator_set_version"])
            if "operator_set_version" in given
            else None,
        )
        study, new = submit_study(user, asked)
        shown = WholeStudySerializer(seen(studies_of(user), study.pk), context=self.get_serializer_context())
        return Response(shown.data, status.HTTP_201_CREATED if new else status.HTTP_200_OK)


def _template(name: str) -> dict[str, Any]:
    if name not in templates():
        raise ValidationError({"template": f"got {name!r}, wanted one of {', '.join(templates())}"})
    return templates()[name].recipe


def _tag(study: Study) -> str:
    """A study changes by its name and tags, with its runs, and by what came of the bundle that it was made from."""
    runs, tags = [versions_of(run) for run in study.runs.all()], [tag.name for tag in study.tags.all()]
    origin = WholeStudySerializer().get_origin(study)
    return tag_of("study", study.pk, study.name, study.operator_set_version_id, tags, runs, origin)


class OneStudy(GenericAPIView[Study]):
    scope = Scope.WRITE
    tagged, matched = ("GET",), ("PATCH", "DELETE")
    serializer_class = WholeStudySerializer

    def get_queryset(self) -> Any:
        return studies_of(user_of(self.request)).prefetch_related("runs")

    @extend_schema(
        operation_id="read_study",
        summary="a study with its recipe and runs",
        responses={200: WholeStudySerializer, 404: PROBLEM},
    )
    def get(self, request: Request, pk: uuid.UUID) -> Response:
        study = seen(self.get_queryset(), pk)
        return conditional(request, _tag(study), lambda: self.get_serializer(study).data)

    @extend_schema(
        operation_id="rename_study",
        request=RenameSerializer,
        responses={200: WholeStudySerializer, 400: PROBLEM, 403: PROBLEM, 404: PROBLEM},
    )
    def patch(self, request: Request, pk: uuid.UUID) -> Response:
        study = seen(self.get_queryset(), pk)
        require_match(request, _tag(study))
        rename_study(user_of(request), study, body(self, RenameSerializer)["name"])
        return Response(self.get_serializer(study).data)

    @extend_schema(
        operation_id="delete_study",
        summary="with its runs and their files",
        responses={204: None, 403: PROBLEM, 404: PROBLEM},
    )
    def delete(self, request: Request, pk: uuid.UUID) -> Response:
        study = seen(self.get_queryset(), pk)
        require_match(request, _tag(study))
        delete_study(user_of(request), study)
        return Response(status=status.HTTP_204_NO_CONTENT)


class AskOfStudy(GenericAPIView[Study]):
    """Pause, resume, finish or cancel every run of a study that is not over."""

    scope = Scope.WRITE
    serializer_class = AskedSerializer
    ask: Callable[[uuid.UUID], bool]

    def get_queryset(self) -> Any:
        return studies_of(user_of(self.request))

    def post(self, request: Request, pk: uuid.UUID) -> Response:
        study = seen(self.get_queryset(), pk)
        require(user_of(request), study.team_id, Role.EDITOR)
        changed = sum(self.ask(run) for run in study.runs.values_list("pk", flat=True))
        return Response({"changed": changed})


ASKS_OF_STUDIES = {
    "pause": ask_view(AskOfStudy, "pause", control.pause, "begin nothing new in any of its runs"),
    "resume": ask_view(AskOfStudy, "resume", control.resume, "go on with all its paused runs", (409,)),
    "finish": ask_view(AskOfStudy, "finish", control.finish, "conclude all its runs with what they have"),
    "cancel": ask_view(AskOfStudy, "cancel", control.cancel, "end all its runs; what was found stays"),
}
