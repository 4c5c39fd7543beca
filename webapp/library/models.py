"""Networks that a team keeps. Spaces and operator sets, the rest of the library, are in apps of their own."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from webapp.accounts.models import Team
from webapp.runs.models import Run


class Pin(models.Model):
    """A network under a name, with all that is needed to train it again: it outlives the run that found it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="pins")
    name = models.CharField(max_length=120)
    run = models.ForeignKey(Run, on_delete=models.SET_NULL, null=True, related_name="pins")
    key = models.CharField(max_length=16)
    genes = models.JSONField()
    recipe = models.JSONField()  # the run's
    score = models.FloatField(null=True)  # its best when it was pinned
    params = models.PositiveBigIntegerField()
    madds = models.PositiveBigIntegerField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="pins")
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("team", "name"), name="one_pin_a_name"),
            models.UniqueConstraint(fields=("team", "run", "key"), name="one_pin_a_network"),
        )
        ordering = ("-created",)

    def __str__(self) -> str:
        return self.name
