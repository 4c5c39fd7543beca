"""Data that studies search on: a name, and versions that never change."""

from __future__ import annotations

import uuid

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
            models.UniqueConstraint(fields=("team", "name"), name="one_dataset_a_name", nulls_distinct=False),
        )
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class DatasetVersion(Immutable):
    """Its content at one time, known by its checksum. `facts`: counts, shapes, classes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="versions")
    sha256 = models.CharField(max_length=64)
    facts = models.JSONField(default=dict)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("dataset", "sha256"), name="one_version_a_content"),)
        ordering = ("-created",)

    def __str__(self) -> str:
        return f"{self.dataset} {self.sha256[:12]}"
