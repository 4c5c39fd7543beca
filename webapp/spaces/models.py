"""Search spaces that a team keeps: what a run evolved or shrunk, under a name, in versions that never change."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from webapp.accounts.models import Team
from webapp.immutable import Immutable
from webapp.runs.models import Run


class SavedSpace(Immutable):
    """One version of a space. A study that begins with it holds the whole document itself."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="spaces")
    name = models.CharField(max_length=120)
    version = models.PositiveIntegerField()
    digest = models.CharField(max_length=16)  # of the document
    document = models.JSONField()  # the engine's
    figures = models.JSONField()  # `nas_engine.saved.SpaceFigures`; the size as text, for it may be vast
    run = models.ForeignKey(Run, on_delete=models.SET_NULL, null=True, related_name="saved_spaces")  # that made it
    stage = models.PositiveSmallIntegerField(null=True)  # of the run
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="saved_spaces"
    )
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("team", "name", "version"), name="one_space_a_version"),)
        ordering = ("-created",)

    def __str__(self) -> str:
        return f"{self.name} {self.version}"
