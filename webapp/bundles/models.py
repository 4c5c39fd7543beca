"""Where a study that was made from a bundle came from, and how its runs compare with it."""

from __future__ import annotations

import uuid

from django.db import models

from webapp.runs.models import Run
from webapp.studies.models import Study


class Origin(models.Model):
    """What a study's bundle tells of itself; the file is kept (`bundles.store`). It never changes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.OneToOneField(Study, on_delete=models.CASCADE, related_name="origin")
    name = models.CharField(max_length=120)  # of the run that it tells
    status = models.CharField(max_length=10)
    slots = models.PositiveSmallIntegerField()
    history_digest = models.CharField(max_length=16)
    environments = models.JSONField(default=list)
    incomparable = models.TextField(blank=True)  # why its recipe alone does not lead to what it tells
    size = models.PositiveBigIntegerField()
    created = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class Comparison(models.Model):
    """A run that has ended, held against the bundle of its study. `elsewhere`: in what the environments differ, in words."""

    run = models.OneToOneField(Run, on_delete=models.CASCADE, related_name="comparison")
    equal = models.BooleanField()
    history_digest = models.CharField(max_length=16)
    difference = models.JSONField(null=True)  # the first one; see `nas_engine.bundle.Difference`
    elsewhere = models.JSONField(default=list)
    said = models.TextField()
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-created", "-id")

    def __str__(self) -> str:
        return "equal" if self.equal else "different"
