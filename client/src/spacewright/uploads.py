"""One file sent by tus 1.0 in parts, each with its checksum; what breaks off goes on where the server says that it is."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from spacewright.answers import Answer
from spacewright.connection import Ask, Connection
from spacewright.errors import Refused, SpacewrightError, Unreachable, WrongAnswer

PART = 8 * 2**20  # bytes
TRIES = 8  # of one part
AGAIN = (409, 423, 460)  # another offset, somebody else writes, bytes were lost on the way
TUS = {"Tus-Resumable": "1.0.0"}


def send_file(connection: Connection, file: Answer, path: Path, part: int = PART) -> Iterator[int]:
    """Send what is missing of a file; yields how many bytes more have come, less than none where some were lost."""
    where = f"/uploads/files/{file.text('id')}/"
    offset, size = file.whole("received"), file.whole("size")
    with path.open("rb") as held:
        while offset < size:
            held.seek(offset)
            data = held.read(min(part, size - offset))
            if not data:
                raise SpacewrightError(f"{path} became shorter while it was sent; send it again")
            before, offset = offset, _send_part(connection, where, offset, data)
            yield offset - before


def _send_part(connection: Connection, where: str, offset: int, data: bytes) -> int:
    """Where the next part begins."""
    checksum = base64.b64encode(hashlib.sha256(data).digest()).decode()
    headers = {
        **TUS,
        "Content-Type": "application/offset+octet-stream",
        "Upload-Offset": str(offset),
        "Upload-Checksum": f"sha256 {checksum}",
    }
    for attempt in range(TRIES):
        try:
            return _offset(connection.send(Ask("PATCH", where, content=data, headers=headers)).headers)
        except (Refused, Unreachable) as error:
            if (isinstance(error, Refused) and error.status not in AGAIN) or attempt == TRIES - 1:
                raise
        connection.sleep(min(0.25 * 2**attempt, 5.0))
        now = _asked(connection, where)
        if now != offset:
            return now
    raise AssertionError("the last try returns or raises")


def _asked(connection: Connection, where: str) -> int:
    """How far the server is."""
    return _offset(connection.send(Ask("HEAD", where, headers=TUS, repeatable=True)).headers)


def _offset(headers: Mapping[str, str]) -> int:
    text = headers.get("upload-offset", "")
    if not text.isdecimal():
        raise WrongAnswer(f"the server's Upload-Offset is {text!r}, wanted a number; is it a Spacewright studio?")
    return int(text)
