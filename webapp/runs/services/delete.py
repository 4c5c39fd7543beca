"""A run is deleted, with its files."""

from __future__ import annotations

import logging
import shutil
import uuid
from functools import partial

from django.db import transaction
from django.db.models.functions import Now

from webapp.runs.models import DeletedRun, Run
from webapp.runs.services.control import cancel
from webapp.runs.store import folder_of

log = logging.getLogger(__name__)


def delete_run(run: Run) -> None:
    """Before: any. After: its rows are gone, and once that is committed its folder; a worker on it finds its lease lost."""
    with transaction.atomic():
        cancel(run.pk)
        run.delete()


def remember_deleted(instance: Run, **_: object) -> None:
    """Whatever a run is deleted with (its study, its team), its files are removed too: now, or by the sweeper."""
    DeletedRun.objects.get_or_create(run=instance.pk, defaults={"deleted": Now()})
    transaction.on_commit(partial(remove_files, instance.pk), robust=True)


def remove_files(run: uuid.UUID) -> bool:
    """Before: the run is deleted. Whether nothing of it is left on the disk."""
    try:
        shutil.rmtree(folder_of(run))
    except FileNotFoundError:
        return True
    except OSError as error:
        log.warning("could not remove the files of the deleted run %s: %s", run, error)
        return False
    return True
