"""All reads of data."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db.models import Q, QuerySet, Sum

from webapp.accounts.models import Role, Team, User
from webapp.accounts.selectors import require, teams_of
from webapp.datasets.models import Dataset, DatasetVersion, Upload, UploadedFile
from webapp.refusals import NotAllowed

UNDER_WAY = (Upload.Status.RECEIVING, Upload.Status.QUEUED, Upload.Status.CHECKING)


def datasets_of(user: User) -> QuerySet[Dataset]:
    """Built-in data and that of the user's teams, with uploads, and versions after them: what is ready has its version."""
    seen = Q(team__isnull=True) | Q(team__in=teams_of(user))
    found = Dataset.objects.filter(seen).select_related("team")
    return found.prefetch_related("uploads__files", "versions").order_by("name", "id")


def versions_of(user: User) -> QuerySet[DatasetVersion]:
    """Versions that a user may see, newest first."""
    seen = Q(dataset__team__isnull=True) | Q(dataset__team__in=teams_of(user))
    return DatasetVersion.objects.filter(seen).select_related("dataset__team").order_by("-created", "-id")


def versions_with(team: uuid.UUID, digests: Iterable[str]) -> QuerySet[DatasetVersion]:
    """A team's versions of these contents."""
    return DatasetVersion.objects.filter(dataset__team=team, sha256__in=list(digests))


def uploads_of(user: User) -> QuerySet[Upload]:
    """Uploads to the user's teams, newest first."""
    found = Upload.objects.filter(dataset__team__in=teams_of(user)).select_related("dataset__team")
    return found.prefetch_related("files").order_by("-created", "-id")


def files_of(user: User) -> QuerySet[UploadedFile]:
    """Files of uploads to the user's teams."""
    return UploadedFile.objects.filter(upload__dataset__team__in=teams_of(user)).select_related("upload__dataset")


def bytes_of(team: Team) -> int:
    """What a team's data takes on disk, what is still to arrive counted as if it had."""
    held = DatasetVersion.objects.filter(dataset__team=team).aggregate(sum=Sum("size"))["sum"] or 0
    coming = Upload.objects.filter(dataset__team=team, status__in=UNDER_WAY).aggregate(sum=Sum("size"))["sum"] or 0
    return int(held + coming)


def require_editor(user: User, dataset: Dataset) -> None:
    """Raise NotAllowed where the user may not change the data: a viewer, or anybody where it is built in."""
    if dataset.team_id is None:
        raise NotAllowed(f"{dataset.name!r} comes with the studio and is everybody's; it stays as it is")
    require(user, dataset.team_id, Role.EDITOR)


def waiting_checks() -> QuerySet[Upload]:
    """Uploads that wait for a worker."""
    return Upload.objects.filter(status=Upload.Status.QUEUED)
