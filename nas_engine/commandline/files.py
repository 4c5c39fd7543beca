"""JSON files that a user names."""

from __future__ import annotations

import json
from pathlib import Path

from nas_engine.errors import NasError


class UnreadableFile(NasError, ValueError):
    """A file that is missing, or is not JSON."""


def read_json(path: Path) -> object:
    """Raises UnreadableFile, naming file, line and column."""
    try:
        value: object = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UnreadableFile(f"cannot read {path}: {error.strerror}") from error
    except json.JSONDecodeError as error:
        raise UnreadableFile(f"{path} is not JSON: {error.msg} at line {error.lineno}, column {error.colno}") from error
    except UnicodeDecodeError as error:
        raise UnreadableFile(f"{path} is not text in UTF-8") from error
    return value
