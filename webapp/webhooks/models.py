"""Webhooks and what was sent to each. A delivery is a row before it is a request, so that a kill loses none."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from webapp.accounts.models import Team


class Webhook(models.Model):
    """An address of a team's own that hears of its runs."""

    class Kind(models.TextChoices):
        """What may be heard of."""

        STARTED = "run.started"
        STAGE_STARTED = "run.stage_started"
        STAGE_FINISHED = "run.stage_finished"
        IMPROVED = "run.improved"  # a better network was found
        ENDED = "run.ended"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="webhooks")
    url = models.CharField(max_length=500)
    events = models.JSONField(default=list)  # kinds
    active = models.BooleanField(default=True)
    reason = models.CharField(max_length=300, blank=True)  # why it was switched off
    failures = models.PositiveIntegerField(default=0)  # attempts in a row
    turn = models.PositiveIntegerField(default=0)  # of its secret, see `webapp.webhooks.secrets`
    rotated = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=0)  # counts what people change
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="webhooks"
    )
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-created", "-id")

    def __str__(self) -> str:
        return f"webhook to {self.url}"


class Delivery(models.Model):
    """One message to one webhook: told at least once, always with the same id and the same body."""

    class State(models.TextChoices):
        WAITING = "waiting"
        SENDING = "sending"
        DELIVERED = "delivered"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    kind = models.CharField(max_length=32)
    body = models.TextField()  # as it is sent and signed
    state = models.CharField(max_length=9, choices=State.choices, default=State.WAITING)
    attempt = models.PositiveSmallIntegerField(default=0)
    due = models.DateTimeField()  # when it is to be tried, or, while it is sent, given up for lost
    sent = models.DateTimeField(null=True)  # when the sweeper last asked for it
    status = models.PositiveSmallIntegerField(null=True)  # what the last attempt was answered
    error = models.CharField(max_length=300, blank=True)  # or why it was not
    milliseconds = models.PositiveIntegerField(null=True)
    created = models.DateTimeField(auto_now_add=True)
    ended = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=("state", "due"), name="delivery_by_due"),
            models.Index(fields=("webhook", "-created"), name="delivery_of_webhook"),
            models.Index(fields=("created",), name="delivery_by_age"),
        )
        ordering = ("-created", "-id")
        verbose_name_plural = "deliveries"

    def __str__(self) -> str:
        return f"{self.kind} ({self.state})"
