"""A run is deleted, with its files."""

from __future__ import annotations

import logging
import shutil
from functools import partial
from pathlib import Path

from django.db import transaction

from webapp.runs.models import Run
from webapp.runs.services.control import cancel
from webapp.runs.store import folder_of

log = logging.getLogger(__name__)


def delete_run(run: Run) -> None:
    """Before: any. After: its rows are gone, and once that is committed its folder; a worker on it finds its lease lost."""
    with transaction.atomic():
        cancel(run.pk)
        folder = folder_of(run.pk)
        run.delete()
        transaction.on_commit(partial(_remove, folder), robust=True)


def _remove(folder: Path) -> None:
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        return
    except OSError as error:
        log.warning("could not remove %s: %s", folder, error)
