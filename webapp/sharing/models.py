"""Public links: what they show, until when, and how often that was looked at."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from webapp.accounts.models import Team
from webapp.runs.models import Run
from webapp.spaces.models import SavedSpace
from webapp.studies.models import Study


class Share(models.Model):
    """A link by which anybody may read one thing. Only its token's digest is kept: the link is shown once, when it is made."""

    class Kind(models.TextChoices):
        STUDY = "study"
        ARCHITECTURE = "architecture"
        SPACE = "space"
        COMPARISON = "comparison"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="shares")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    digest = models.CharField(max_length=64, unique=True)  # sha256 of 256 random bits, as of accounts.Token
    space = models.ForeignKey(SavedSpace, on_delete=models.CASCADE, null=True, related_name="shares")
    with_files = models.BooleanField(default=False)  # exports may be downloaded
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="shares"
    )
    created = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField()
    revoked = models.DateTimeField(null=True)
    opened = models.PositiveBigIntegerField(default=0)  # how often
    last_opened = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-created",)
        indexes = (models.Index(fields=("team", "-created"), name="shares_of_a_team"),)

    @property
    def state(self) -> str:
        """'live', 'expired' or 'revoked'."""
        if self.revoked is not None:
            return "revoked"
        return "live" if self.expires > timezone.now() else "expired"

    def __str__(self) -> str:
        return f"a link to a {self.get_kind_display().lower()}"


class Subject(models.Model):
    """What a link shows: a study, or a network of a run (`key`). A comparison has several, in order; a space has none."""

    share = models.ForeignKey(Share, on_delete=models.CASCADE, related_name="subjects")
    place = models.PositiveSmallIntegerField()
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="+")
    run = models.ForeignKey(Run, on_delete=models.CASCADE, null=True, related_name="+")
    key = models.CharField(max_length=16, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("share", "place"), name="one_subject_a_place"),)
        ordering = ("place",)

    def __str__(self) -> str:
        return self.key or str(self.study)
