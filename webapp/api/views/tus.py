"""The tus 1.0 protocol for resumable uploads (tus.io): core, creation, termination, expiration, checksum."""

from __future__ import annotations

import base64
import uuid
from typing import Any

from django.urls import reverse
from django.utils.http import http_date
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.exceptions import UnsupportedMediaType, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webapp.accounts.selectors import home_team, teams_of
from webapp.api.scopes import Scope
from webapp.api.views.asking import PROBLEM, seen, user_of
from webapp.datasets.checksum import ALGORITHMS, Checksum
from webapp.datasets.models import UploadedFile
from webapp.datasets.refusals import LengthMissing, WrongVersion
from webapp.datasets.selectors import files_of
from webapp.datasets.services.receive import Part, receive, refuse_gone
from webapp.datasets.services.uploads import Announced, Announcement, begin_upload, cancel_upload
from webapp.environment import environment

VERSION = "1.0.0"
ASKED_BY = ("HEAD", "POST", "PATCH", "DELETE")
PART = "application/offset+octet-stream"
RESUMABLE = OpenApiParameter("Tus-Resumable", str, OpenApiParameter.HEADER, required=True, enum=[VERSION])
OFFSET = OpenApiParameter("Upload-Offset", int, OpenApiParameter.HEADER, required=True)
LENGTH = OpenApiParameter("Upload-Length", int, OpenApiParameter.HEADER, required=True, description="bytes")
CHECKSUM = OpenApiParameter(
    "Upload-Checksum",
    str,
    OpenApiParameter.HEADER,
    description=f"{' or '.join(ALGORITHMS)}, a space, and the part's digest in base64; a part that differs is not kept",
)
METADATA = OpenApiParameter(
    "Upload-Metadata",
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="`filename`; `name` of the data, by default the file's; `team`, by default your only one; each in base64",
)


class Tus(APIView):
    """What all its answers share."""

    scope = Scope.WRITE
    kind = "upload"

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        super().initial(request, *args, **kwargs)
        if request.method in ASKED_BY and request.headers.get("Tus-Resumable") != VERSION:
            raise WrongVersion(f"Tus-Resumable is {request.headers.get('Tus-Resumable')!r}, wanted {VERSION}")

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        answer = super().finalize_response(request, response, *args, **kwargs)
        answer["Tus-Resumable"] = VERSION
        if answer.status_code == status.HTTP_412_PRECONDITION_FAILED:
            answer["Tus-Version"] = VERSION
        return answer

    def options(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # type: ignore[override]
        """What the server can."""
        can = {
            "Tus-Version": VERSION,
            "Tus-Extension": "creation,termination,expiration,checksum",
            "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
            "Tus-Max-Size": str(environment.upload_bytes),
        }
        return Response(status=status.HTTP_204_NO_CONTENT, headers=can)


class NewFile(Tus):
    @extend_schema(
        operation_id="create_uploaded_file",
        summary="begin an upload of one archive, by tus alone; `Location` takes its parts",
        parameters=[RESUMABLE, LENGTH, METADATA],
        request=None,
        responses={
            201: OpenApiResponse(description="made; the same file again, unfinished, is the same upload"),
            **dict.fromkeys((400, 403, 404, 409, 412, 413, 507), PROBLEM),
        },
    )
    def post(self, request: Request) -> Response:
        user, said = user_of(request), _metadata(request)
        team = seen(teams_of(user), _identity(said["team"])) if "team" in said else home_team(user)
        name = said.get("filename", "")
        asked = Announcement(team, said.get("name", name), [Announced(name, _number(request, "Upload-Length"))])
        upload, _ = begin_upload(user, asked)
        file = upload.files.get()
        where = request.build_absolute_uri(reverse("api:uploaded-file", args=(file.pk,)))
        made = {"Location": where, "Upload-Expires": http_date(upload.expires.timestamp())}
        return Response(status=status.HTTP_201_CREATED, headers=made)


class OneUploadedFile(Tus):
    def head(self, request: Request, pk: uuid.UUID) -> Response:
        """How far it is."""
        file = self._file(request, pk)
        if file.received < file.size:
            refuse_gone(file.upload)
        said = {"Upload-Length": str(file.size), "Cache-Control": "no-store", **_where(file)}
        return Response(status=status.HTTP_200_OK, headers=said)

    @extend_schema(
        operation_id="send_part",
        summary="the next part of a file, of at most 64 MiB; HEAD says where it begins",
        parameters=[RESUMABLE, OFFSET, CHECKSUM],
        request={PART: OpenApiTypes.BINARY},
        responses={
            204: OpenApiResponse(description="written; `Upload-Offset` says how far it is"),
            **dict.fromkeys((400, 403, 404, 409, 410, 411, 412, 413, 415, 423, 460, 507), PROBLEM),
        },
    )
    def patch(self, request: Request, pk: uuid.UUID) -> Response:
        if request.content_type != PART:
            raise UnsupportedMediaType(request.content_type, f"got {request.content_type!r}, wanted {PART}")
        offset, length = _number(request, "Upload-Offset"), request.headers.get("Content-Length", "")
        if not length.isdecimal():
            raise LengthMissing("a part needs a Content-Length")
        said = request.headers.get("Upload-Checksum")
        part = Part(offset, request._request, int(length), None if said is None else Checksum.read(said))
        file = receive(user_of(request), self._file(request, pk), part)
        return Response(status=status.HTTP_204_NO_CONTENT, headers=_where(file))

    @extend_schema(
        operation_id="terminate_upload",
        summary="give up the upload that the file is of",
        parameters=[RESUMABLE],
        responses={204: None, **dict.fromkeys((403, 404, 409, 412), PROBLEM)},
    )
    def delete(self, request: Request, pk: uuid.UUID) -> Response:
        cancel_upload(user_of(request), self._file(request, pk).upload)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _file(self, request: Request, pk: uuid.UUID) -> UploadedFile:
        return seen(files_of(user_of(request)), pk)


def _where(file: UploadedFile) -> dict[str, str]:
    expires = http_date(file.upload.expires.timestamp())
    return {"Upload-Offset": str(file.received), "Upload-Expires": expires}


def _number(request: Request, header: str) -> int:
    text = request.headers.get(header, "")
    if not text.isdecimal() or len(text) > 18:
        raise ValidationError({header: f"got {text!r}, wanted a whole number of bytes"})
    return int(text)


def _metadata(request: Request) -> dict[str, str]:
    """`key base64,key base64` as a dictionary."""
    found = {}
    for pair in request.headers.get("Upload-Metadata", "").split(","):
        key, _, value = pair.strip().partition(" ")
        try:
            found[key] = base64.b64decode(value, validate=True).decode()
        except ValueError as error:  # of base64, of its alphabet, or of UTF-8
            raise ValidationError({"Upload-Metadata": f"{key!r} is not UTF-8 in base64"}) from error
    return found


def _identity(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise ValidationError({"Upload-Metadata": f"'team' is {text!r}, wanted an id"}) from error
