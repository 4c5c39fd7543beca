"""Files of the server, brought here: whole and checked, or not at all; one that breaks off goes on where it was."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

from spacewright.connection import Connection
from spacewright.errors import SpacewrightError, Torn, Unreachable, WrongAnswer
from spacewright.records import File

TRIES = 5
PAUSE = 1.0  # seconds between tries
Told = Callable[[int], None]  # is told how many bytes more have come


def no_one(_: int) -> None:
    """Nobody wants to know."""


def download(connection: Connection, path: str, file: File, to: Path, told: Told = no_one) -> Path:
    """Bring a file into a folder, under its own name. Raises Torn where its checksum is never right, Unreachable, WrongAnswer."""
    target = to / _plain(file.name)
    partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
    try:
        to.mkdir(parents=True, exist_ok=True)
        partial.unlink(missing_ok=True)
        for attempt in range(TRIES):
            try:
                _bring(connection, path, partial, told, file.size)
            except Unreachable:
                if attempt == TRIES - 1:
                    raise
                connection.sleep(PAUSE)
                continue
            if _sha256(partial) == file.sha256:
                partial.replace(target)
                return target
            partial.unlink()
        raise Torn(
            f"{file.name} came {TRIES} times with another checksum than {file.sha256[:12]}...; ask who runs the studio"
        )
    except OSError as error:
        raise SpacewrightError(f"cannot write {target}: {error.strerror}; choose another folder") from error
    finally:
        partial.unlink(missing_ok=True)


def save(connection: Connection, path: str, to: Path, told: Told = no_one) -> Path:
    """Bring what an address streams into a file, whole or not at all."""
    partial = to.with_name(f".{to.name}.{os.getpid()}.partial")
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        partial.unlink(missing_ok=True)
        _bring(connection, path, partial, told)
        partial.replace(to)
    except OSError as error:
        raise SpacewrightError(f"cannot write {to}: {error.strerror}; choose another place") from error
    finally:
        partial.unlink(missing_ok=True)
    return to


def write(to: Path, text: str) -> Path:
    """A text as a file."""
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_text(text, encoding="utf-8")
    except OSError as error:
        raise SpacewrightError(f"cannot write {to}: {error.strerror}; choose another place") from error
    return to


def _bring(connection: Connection, path: str, partial: Path, told: Told, size: int | None = None) -> None:
    """Append what is still missing; `size`: of all of it, where that is known."""
    held = partial.stat().st_size if partial.exists() else 0
    if held and held == size:
        return
    with (
        connection.stream(path, since=held) as response,
        partial.open("ab" if response.status_code == 206 else "wb") as out,
    ):
        for block in response.iter_bytes():
            out.write(block)
            told(len(block))


def _plain(name: str) -> str:
    """Raises WrongAnswer for a name that would lead out of its folder."""
    if not name or name in (".", "..") or any(character in name for character in "/\\\0"):
        raise WrongAnswer(f"the server names a file {name[:80]!r}, which is no plain name; nothing was written")
    return name


def _sha256(path: Path) -> str:
    with path.open("rb") as held:
        return hashlib.file_digest(held, "sha256").hexdigest()
