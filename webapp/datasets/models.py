"""Data that studies search on: a name, versions that never change, and the uploads that versions are made of."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from webapp.accounts.models import Team
from webapp.immutable import Immutable


class Dataset(models.Model):
    """Data by name. Without a team it is built in and everybody's."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, null=True, blank=True, related_name="datasets")
    name = models.CharField(max_length=120)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("team", "name"), name="one_dataset_a_name"),
            models.UniqueConstraint(
                fields=("name",), condition=models.Q(team__isnull=True), name="one_built_in_dataset_a_name"
            ),
        )
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class DatasetVersion(Immutable):
    """Its content at one time, known by its checksum. `facts`: counts, shapes, classes; `report`: what the check found."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="versions")
    sha256 = models.CharField(max_length=64)
    facts = models.JSONField(default=dict)
    report = models.JSONField(default=dict)
    folder = models.CharField(max_length=200, blank=True)  # with the files as they came, below FILES; "": built in
    size = models.PositiveBigIntegerField(default=0)  # bytes on disk, the original files among them
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("dataset", "sha256"), name="one_version_a_content"),)
        ordering = ("-created",)

    def __str__(self) -> str:
        return f"{self.dataset} {self.sha256[:12]}"


class Upload(models.Model):
    """Files on their way to become a version: received, then checked by a worker, then ready or refused."""

    class Status(models.TextChoices):
        RECEIVING = "receiving"
        QUEUED = "queued"
        CHECKING = "checking"
        READY = "ready"
        REFUSED = "refused"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="uploads")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="uploads"
    )
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.RECEIVING)
    size = models.PositiveBigIntegerField()  # bytes of all its files
    side = models.PositiveSmallIntegerField(null=True)  # pixels that each image is resized to; null: as they are
    expires = models.DateTimeField()  # while it is received; put off by each part that arrives
    attempt = models.PositiveIntegerField(default=0)
    deaths = models.PositiveSmallIntegerField(default=0)
    owner = models.CharField(max_length=200, blank=True)
    heartbeat = models.DateTimeField(null=True)
    queued = models.DateTimeField(null=True)
    progress = models.JSONField(default=dict)  # of the check
    failure = models.TextField(blank=True)  # why it was refused, in a sentence
    report = models.JSONField(default=dict)
    version = models.ForeignKey(DatasetVersion, on_delete=models.CASCADE, null=True, related_name="uploads")
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("dataset",),
                condition=models.Q(status__in=("receiving", "queued", "checking")),
                name="one_upload_at_a_time",
            ),
        )
        indexes = (
            models.Index(fields=("status", "heartbeat"), name="upload_by_status"),
            models.Index(fields=("owner", "status"), name="upload_by_owner"),
        )
        ordering = ("-created",)

    def __str__(self) -> str:
        return f"{self.dataset} ({self.status})"


class UploadedFile(models.Model):
    """One file of an upload; `received` is the offset that its next part begins at."""

    class Split(models.TextChoices):
        TRAIN = "train"
        TEST = "test"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="files")
    split = models.CharField(max_length=5, choices=Split.choices, default=Split.TRAIN)
    name = models.CharField(max_length=255)
    size = models.PositiveBigIntegerField()
    received = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("upload", "split", "name"), name="one_file_a_name"),)
        ordering = ("split", "name")

    def __str__(self) -> str:
        return self.name
