"""Studies: a recipe and the runs of it."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from webapp.accounts.models import Team
from webapp.operators.models import OperatorSetVersion


class Study(models.Model):
    """A question that a team asks: one recipe, as it was submitted, with every default written out."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="studies")
    name = models.CharField(max_length=120)
    recipe = models.JSONField()
    operator_set_version = models.ForeignKey(  # that its operators were taken from; the recipe holds them in full
        OperatorSetVersion, on_delete=models.SET_NULL, null=True, blank=True, related_name="studies"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="studies"
    )
    created = models.DateTimeField(auto_now_add=True)
    idempotency_key = models.CharField(max_length=200, blank=True)  # what its request was known by
    request_digest = models.CharField(max_length=16, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("created_by", "idempotency_key"),
                condition=~models.Q(idempotency_key=""),
                name="one_study_a_request",
            ),
        )
        verbose_name_plural = "studies"
        ordering = ("-created",)

    def __str__(self) -> str:
        return self.name
