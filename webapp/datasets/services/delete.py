"""Data is deleted, where no study uses it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db import transaction

from nas_engine.data import Shelf
from webapp.accounts.models import User
from webapp.datasets.models import Dataset, DatasetVersion
from webapp.datasets.selectors import UNDER_WAY, require_editor
from webapp.datasets.shelf import shelf_held
from webapp.datasets.store import remove, upload_folder
from webapp.refusals import Conflict
from webapp.studies.selectors import studies_on


def delete_dataset(user: User, dataset: Dataset) -> None:
    """After: its versions, their files and its uploads are gone. Raises NotAllowed for a viewer, Conflict while a study uses it."""
    require_editor(user, dataset)
    with shelf_held() as shelf:
        with transaction.atomic():
            locked = Dataset.objects.select_for_update().get(pk=dataset.pk)
            versions = list(locked.versions.all())
            _refuse_used(versions)
            uploads = list(locked.uploads.values_list("pk", flat=True))
            locked.delete()
        _clear(shelf, versions, uploads)


def delete_version(user: User, version: DatasetVersion) -> None:
    """After: it and its files are gone, and the data set with the last one. Raises as `delete_dataset` does."""
    require_editor(user, version.dataset)
    with shelf_held() as shelf:
        with transaction.atomic():
            dataset = Dataset.objects.select_for_update().get(pk=version.dataset_id)
            _refuse_used([version])
            uploads = list(version.uploads.values_list("pk", flat=True))
            version.delete()
            if not dataset.versions.exists() and not dataset.uploads.filter(status__in=UNDER_WAY).exists():
                dataset.delete()
        _clear(shelf, [version], uploads)


def _refuse_used(versions: Iterable[DatasetVersion]) -> None:
    for version in versions:
        studies = list(studies_on(version).values_list("name", flat=True)[:4])
        if studies:
            named = ", ".join(repr(name) for name in studies[:3]) + (" and others" if len(studies) > 3 else "")
            raise Conflict(f"{version.dataset.name!r} is used by {named}; delete what uses it first")


def _clear(shelf: Shelf, versions: Iterable[DatasetVersion], uploads: Iterable[uuid.UUID]) -> None:
    """After the commit, with the shelf held: the files as they came, and packed content that no version holds any more."""
    for upload in uploads:
        remove(upload_folder(upload))
    for version in versions:
        if not DatasetVersion.objects.filter(sha256=version.sha256).exists():
            remove(shelf.place(version.sha256))
