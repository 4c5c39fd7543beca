"""Downloads, whole or in part (RFC 9110, single ranges), so that a broken one goes on where it was."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

BLOCK = 1 << 16
RANGE = re.compile(r"bytes=(\d*)-(\d*)$")


def download(request: HttpRequest, path: Path, name: str, sha256: str) -> HttpResponseBase:
    """The file, or the part that `Range` asks for; 304 where the client has it; 416 for a part that is not there."""
    size, tag = path.stat().st_size, f'"{sha256}"'
    if tag in request.headers.get("If-None-Match", ""):
        response: HttpResponseBase = HttpResponse(status=304)
    else:
        response = _answer(request, path, size, tag)
    response["ETag"], response["Accept-Ranges"] = tag, "bytes"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _answer(request: HttpRequest, path: Path, size: int, tag: str) -> HttpResponseBase:
    wanted = RANGE.match(request.headers.get("Range", ""))
    stale = request.headers.get("If-Range", tag) != tag
    if wanted is None or stale or not any(wanted.groups()):
        return FileResponse(path.open("rb"), content_type="application/octet-stream")
    start, end = _bounds(wanted[1], wanted[2], size)
    if start >= size or end < start:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    part = StreamingHttpResponse(_blocks(path, start, end), status=206, content_type="application/octet-stream")
    part["Content-Range"], part["Content-Length"] = f"bytes {start}-{end}/{size}", str(end - start + 1)
    return part


def _bounds(first: str, last: str, size: int) -> tuple[int, int]:
    """First and last byte; `-n` asks for the last n bytes."""
    if not first:
        return max(0, size - int(last)), size - 1 if int(last) else -1
    return int(first), min(int(last), size - 1) if last else size - 1


def _blocks(path: Path, start: int, end: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        left = end - start + 1
        while left and (block := file.read(min(BLOCK, left))):
            left -= len(block)
            yield block
