"""A folder as one tar, the same bytes each time, so that an upload of it can go on later."""

from __future__ import annotations

import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from spacewright.errors import SpacewrightError


@dataclass(frozen=True)
class Packed:
    """A file to send, and the name that it goes by."""

    name: str
    path: Path


@contextmanager
def packed(source: Path) -> Iterator[Packed]:
    """A file as it is; a folder as a tar that is removed afterwards. Raises SpacewrightError for what cannot be read."""
    if source.is_file():
        yield Packed(source.name, source)
        return
    if not source.is_dir():
        raise SpacewrightError(
            f"{source} is neither a file nor a folder; give an archive, an IDX or NPZ file, or a folder"
        )
    with tempfile.TemporaryDirectory(prefix="spacewright-") as folder:
        made = Path(folder) / f"{source.resolve().name}.tar"
        try:
            _pack(source, made)
        except OSError as error:
            raise SpacewrightError(f"cannot pack {source}: {error}; make room, or pack it yourself") from error
        yield Packed(made.name, made)


def _pack(source: Path, made: Path) -> None:
    """In the order of names, without owners and times; links are left out."""
    with tarfile.open(made, "w", format=tarfile.PAX_FORMAT) as tar:
        for path in sorted(source.rglob("*")):
            if path.is_symlink() or not path.is_file():
                continue
            entry = tarfile.TarInfo(path.relative_to(source).as_posix())
            entry.size = path.stat().st_size
            with path.open("rb") as content:
                tar.addfile(entry, content)
