"""Files by path, for whoever sits at the machine that holds them: packed onto the shelf once, then known by content.

A recipe never holds a path: whoever may send one to a server must not name the server's files.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from nas_engine.components import checked
from nas_engine.data.idx import idx_name
from nas_engine.data.packed import Packed
from nas_engine.data.packing import Progress, Report
from nas_engine.data.shelf import Shelf
from nas_engine.errors import BadData
from nas_engine.wire import digest, write_atomically

VERSION = 1  # of what packing makes of files
WHERE = "task.data"


@dataclass(frozen=True)
class Files:
    """Where images are on this machine."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    kind: Literal["files"]
    path: Annotated[str, Field(min_length=1, description="IDX, NPZ, image folder or archive")]
    test: Annotated[str | None, Field(min_length=1, description="the same, for the test split")] = None
    side: Annotated[int | None, Field(ge=1, le=512, description="pixels of a packed image's side")] = None
    name: Annotated[str, Field(max_length=120, description="for a person")] = ""

    def fingerprint(self) -> str:
        """Changes where a file does: of names, sizes and times of change. Raises BadData for a path that does not exist."""
        told = [[*entry] for path in (self.path, self.test) if path is not None for entry in _entries(Path(path))]
        return digest([VERSION, self.path, self.test, self.side, self.name, told])


def settled(value: object, shelf: Shelf, progress: Progress | None = None) -> tuple[object, Report | None]:
    """A recipe's plain data with the files that its `task.data` names packed, and the report where that was done just now.

    Raises BadData for files that cannot be packed, InvalidRecipe for fields that they do not have.
    """
    task = value.get("task") if isinstance(value, Mapping) else None
    named = task.get("data") if isinstance(task, Mapping) else None
    if not isinstance(named, Mapping) or named.get("kind") != "files":
        return value, None
    assert isinstance(value, Mapping)
    assert isinstance(task, Mapping)
    packed, report = _packed(checked(Files, dict(named), WHERE), shelf, progress)
    return {**value, "task": {**task, "data": packed.index.recipe()}}, report


def _packed(files: Files, shelf: Shelf, progress: Progress | None) -> tuple[Packed, Report | None]:
    note = shelf.folder / "files" / f"{files.fingerprint()}.json"
    try:
        return shelf.find(str(json.loads(note.read_text(encoding="utf-8")))), None
    except (OSError, ValueError):  # BadData among them: packed before, and gone since
        test = None if files.test is None else Path(files.test)
        report = shelf.keep(Path(files.path), test=test, side=files.side, name=files.name, progress=progress)
        write_atomically(note, json.dumps(report.index.sha256).encode())
        return Packed(report.folder), report


def _entries(path: Path) -> Iterator[tuple[str, int, int]]:
    """Name, bytes and time of change of every file."""
    if not path.exists():
        raise BadData(
            f"{WHERE}: {path} does not exist; give the path of an IDX or NPZ file, an image folder or an archive"
        )
    if path.is_file() and idx_name(path.name) is None:
        found = [path]
    else:
        found = sorted(one for one in (path if path.is_dir() else path.parent).rglob("*") if one.is_file())
    for one in found:
        status = one.stat()
        yield one.name if one == path else str(one), status.st_size, status.st_mtime_ns
