"""Tasks: load nothing, call one service, return."""

from __future__ import annotations

from webapp.datasets.services.check import check_upload
from webapp.queueing import task
from webapp.runs.worker import node


@task("datasets.check_upload")
def check_upload_task(upload: str) -> None:
    """Before: an upload whose files are all there. After: ready, refused, or queued again."""
    check_upload(upload, owner=node())
