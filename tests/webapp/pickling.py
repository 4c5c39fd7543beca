"""A worker that is asked to unpickle: `celery -A tests.webapp.pickling worker`. What came of it is a file."""

from __future__ import annotations

import importlib
import os
from pathlib import Path

from webapp.celery import app

__all__ = ["app"]


@app.task(name="tests.unpickle")
def unpickle(data: str) -> None:
    try:
        importlib.import_module("pickle").loads(data.encode())
        said = "unpickled"
    except RuntimeError as error:
        said = str(error)
    Path(os.environ["SAID"]).write_text(said)
