"""Operator sets that a team keeps: a name, and versions that never change."""

from __future__ import annotations

import uuid

from django.db import models

from webapp.accounts.models import Team
from webapp.immutable import Immutable


class OperatorSet(models.Model):
    """What may stand at a place of a network, by name."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="operator_sets")
    name = models.CharField(max_length=120)
    created = models.DateTimeField(auto_now_add=True)
    retired = models.DateTimeField(null=True)  # since when it is no longer offered; it is still read

    class Meta:
        constraints = (models.UniqueConstraint(fields=("team", "name"), name="one_operator_set_a_name"),)
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class OperatorSetVersion(Immutable):
    """The labels at one time, in order, and the operators that the team declared. A study that used it still finds them."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    operator_set = models.ForeignKey(OperatorSet, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    labels = models.JSONField()  # of declared operators: names
    declared = models.JSONField(default=list)  # as the engine writes declarations
    digest = models.CharField(max_length=16)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("operator_set", "number"), name="one_operator_set_version_a_number"),
        )
        ordering = ("-number",)

    def __str__(self) -> str:
        return f"{self.operator_set} {self.number}"
