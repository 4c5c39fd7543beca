"""What a backup holds, with checksums."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from webapp.refusals import Conflict

FORMAT = 1
NAME = "manifest.json"
DATABASE, FILES, SECRET_KEY = "database", "files", "secret_key"  # beside it
BLOCK = 1 << 20


@dataclass(frozen=True)
class Copied:
    """A file of the studio, as it is in the backup."""

    sha256: str
    size: int


@dataclass(frozen=True)
class Manifest:
    """`files` by their path below the studio's; `missing`: what rows point to and was not there."""

    version: str  # of the studio
    made: str
    vendor: str  # of the database
    migrations: tuple[str, ...]
    database: Copied
    files: dict[str, Copied] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    secret_key: bool = False
    format: int = FORMAT

    def write(self, folder: Path) -> None:
        """After: the folder is a backup."""
        text = json.dumps(asdict(self), indent=1) + "\n"
        (folder / f".{NAME}").write_text(text)
        (folder / f".{NAME}").rename(folder / NAME)


def read_manifest(folder: Path) -> Manifest:
    """Raises Conflict for a folder that is no backup, or one of another format."""
    try:
        found: dict[str, Any] = json.loads((folder / NAME).read_text())
        if found["format"] != FORMAT:
            raise Conflict(f"{folder} is a backup of format {found['format']}; this version reads format {FORMAT}")
        found["database"] = Copied(**found["database"])
        found["files"] = {path: Copied(**copied) for path, copied in found["files"].items()}
        return Manifest(**found)
    except FileNotFoundError as error:
        raise Conflict(f"{folder} is no backup, or one that was cut off: it has no {NAME}") from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Conflict(f"{folder / NAME} cannot be read ({error}); take another backup") from error


def copied(source: Path, target: Path) -> Copied:
    """Copy a file; what was copied. Raises FileNotFoundError for one that is not there."""
    found = hashlib.sha256()
    with source.open("rb") as read:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as written:
            while block := read.read(BLOCK):
                written.write(block)
                found.update(block)
    return Copied(found.hexdigest(), target.stat().st_size)


def measured(path: Path) -> Copied:
    """What a file holds. Raises FileNotFoundError for one that is not there."""
    with path.open("rb") as file:
        return Copied(hashlib.file_digest(file, "sha256").hexdigest(), path.stat().st_size)
