"""Entity tags: an answer that has not changed is not sent again, and a change of what has changed meanwhile is refused.

A tag is made of versions that rows have anyway (numbers of events, of states, of changes), not of what was rendered.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from nas_engine import __version__
from nas_engine.wire import digest
from webapp.refusals import Refused


class Changed(Refused):
    """What is to be changed is not what it was when the tag was given."""

    status, slug = 412, "changed-meanwhile"


def tag_of(*parts: object) -> str:
    """Strong: the same parts are the same bytes, from the same version of the studio."""
    return f'"{digest([__version__, *map(str, parts)])}"'


def conditional(request: Request, tag: str, make: Callable[[], Any]) -> Response:
    """What `make` gives; 304 without making it where `If-None-Match` names the tag."""
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if _names(request.headers.get("If-None-Match", ""), tag):
        return Response(status=status.HTTP_304_NOT_MODIFIED, headers=headers)
    return Response(make(), headers=headers)


def require_match(request: Request, tag: str) -> None:
    """Raise Changed where `If-Match` is there and names another tag."""
    asked = request.headers.get("If-Match")
    if asked is not None and not _names(asked, tag):
        raise Changed(f"it has changed since: it is {tag} now, and If-Match is {asked[:100]}; read it again")


def _names(header: str, tag: str) -> bool:
    said = [one.strip().removeprefix("W/") for one in header.split(",")]
    return tag in said or "*" in said
