"""Deliveries that are due and that no worker was told of, or was and died; old ones go."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from webapp.environment import environment
from webapp.queueing import send_on_commit
from webapp.webhooks.models import Delivery, Webhook
from webapp.webhooks.services.deliver import OPEN

MOST = 200  # messages that one sweep sends
KEPT = timedelta(days=30)


def sweep_deliveries() -> dict[str, int]:
    """How many were sent for."""
    Delivery.objects.filter(created__lt=Now() - KEPT).delete()
    long_ago = Now() - timedelta(seconds=environment.resend_seconds)
    with transaction.atomic():
        due = Delivery.objects.filter(state__in=OPEN, due__lte=Now(), webhook__in=Webhook.objects.filter(active=True))
        late = due.filter(Q(sent__isnull=True, created__lt=long_ago) | Q(sent__lt=long_ago))
        found = list(late.order_by("due").values_list("pk", flat=True)[:MOST])
        Delivery.objects.filter(pk__in=found).update(sent=Now())
        for delivery in found:
            send_on_commit("webhooks.deliver", delivery)
    return {"delivered": len(found)}
