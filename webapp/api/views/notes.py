"""Notes and tags over REST."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from webapp.api.scopes import Scope
from webapp.api.serializers.notes import NewNoteSerializer, NoteSerializer, TagsSerializer
from webapp.api.views.asking import PROBLEM, body, seen, user_of
from webapp.api.views.runs import OfRun
from webapp.notes.markdown import as_html
from webapp.notes.models import Note
from webapp.notes.selectors import note_of, note_of_network, tags_of
from webapp.notes.services.note import write_note, write_note_of_network
from webapp.notes.services.tags import set_tags
from webapp.runs.models import Run
from webapp.runs.selectors.candidates import genes_of
from webapp.sharing.subjects import is_key
from webapp.studies.models import Study
from webapp.studies.selectors import studies_of

WRITES = {200: NoteSerializer, **dict.fromkeys((400, 403, 404, 409), PROBLEM)}


def told(note: Note | None) -> Response:
    """A note, or that there is none."""
    if note is None:
        return Response({"text": "", "html": "", "version": 0, "edited_by": None, "edited": None})
    shown = NoteSerializer(
        {
            "text": note.text,
            "html": as_html(note.text),
            "version": note.version,
            "edited_by": note.edited_by_id,
            "edited": note.edited,
        }
    )
    return Response(shown.data)


class NoteOfStudy(GenericAPIView[Study]):
    scope = Scope.WRITE
    serializer_class = NoteSerializer

    def get_queryset(self) -> QuerySet[Study]:
        return studies_of(user_of(self.request))

    @extend_schema(operation_id="read_note", summary="of a study", responses={200: NoteSerializer, 404: PROBLEM})
    def get(self, request: Request, pk: uuid.UUID) -> Response:
        return told(note_of(seen(self.get_queryset(), pk)))

    @extend_schema(
        operation_id="write_note",
        summary="of a study; an empty text takes it away",
        request=NewNoteSerializer,
        responses=WRITES,
    )
    def put(self, request: Request, pk: uuid.UUID) -> Response:
        study, given = seen(self.get_queryset(), pk), body(self, NewNoteSerializer)
        write_note(user_of(request), study, given["text"], given.get("version"))
        return told(note_of(study))


class NoteOfNetwork(OfRun):
    serializer_class = NoteSerializer  # type: ignore[assignment]

    @extend_schema(
        operation_id="read_note_of_architecture",
        summary="of a network of a run",
        responses={200: NoteSerializer, 404: PROBLEM},
    )
    def get(self, request: Request, pk: uuid.UUID, key: str) -> Response:
        return told(note_of_network(self._known(key), key))

    @extend_schema(
        operation_id="write_note_of_architecture",
        summary="of a network of a run; an empty text takes it away",
        request=NewNoteSerializer,
        responses=WRITES,
    )
    def put(self, request: Request, pk: uuid.UUID, key: str) -> Response:
        run, given = self._known(key), body(self, NewNoteSerializer)
        write_note_of_network(user_of(request), run, key, given["text"], given.get("version"))
        return told(note_of_network(run, key))

    def _known(self, key: str) -> Run:
        """The run, where it knows this network. Raises Http404."""
        run = self.run()
        if not is_key(key) or genes_of(run, key) is None:
            raise Http404
        return run


class TagsOfStudy(GenericAPIView[Study]):
    scope = Scope.WRITE
    serializer_class = TagsSerializer

    def get_queryset(self) -> Any:
        return studies_of(user_of(self.request))

    @extend_schema(operation_id="list_tags", responses={200: TagsSerializer, 404: PROBLEM})
    def get(self, request: Request, pk: uuid.UUID) -> Response:
        return Response({"tags": tags_of(seen(self.get_queryset(), pk))})

    @extend_schema(
        operation_id="set_tags",
        summary="these and no others; as they are kept",
        request=TagsSerializer,
        responses={200: TagsSerializer, 400: PROBLEM, 403: PROBLEM, 404: PROBLEM},
    )
    def put(self, request: Request, pk: uuid.UUID) -> Response:
        study = seen(self.get_queryset(), pk)
        return Response({"tags": set_tags(user_of(request), study, body(self, TagsSerializer)["tags"])})
