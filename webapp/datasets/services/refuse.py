"""An upload is refused: its row says why, its files are gone."""

from __future__ import annotations

import uuid
from functools import partial

from django.db import transaction
from django.db.models import QuerySet

from webapp.datasets.models import Upload
from webapp.datasets.store import remove, upload_folder


def refuse_upload(mine: QuerySet[Upload], upload: uuid.UUID, failure: str) -> int:
    """Within a transaction. `mine`: the upload under the caller's fence; 0 where it is no longer. Files go on commit."""
    refused = mine.update(status=Upload.Status.REFUSED, failure=failure, heartbeat=None, owner="", progress={})
    if refused:
        transaction.on_commit(partial(remove, upload_folder(upload)), robust=True)
    return refused
