"""Notes of studies and networks, and tags of studies."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from webapp.runs.models import Run
from webapp.studies.models import Study


class Note(models.Model):
    """What a team wrote of a study, or of one network (`key`) of a run. One each; `version` counts the writings."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="notes")
    run = models.ForeignKey(Run, on_delete=models.CASCADE, null=True, related_name="notes")
    key = models.CharField(max_length=16, blank=True)
    text = models.TextField()  # Markdown
    version = models.PositiveIntegerField(default=1)
    edited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="notes")
    edited = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("study",), condition=models.Q(run=None), name="one_note_a_study"),
            models.UniqueConstraint(fields=("run", "key"), name="one_note_a_network"),
        )

    def __str__(self) -> str:
        return f"note of {self.key or self.study}"


class Tag(models.Model):
    """A word that a team finds a study by."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="tags")
    name = models.CharField(max_length=32)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("study", "name"), name="one_tag_a_name"),)
        indexes = (models.Index(fields=("name",), name="tag_by_name"),)
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name
