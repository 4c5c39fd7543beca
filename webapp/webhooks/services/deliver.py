"""One attempt at a delivery, on rows: claimed, sent outside any transaction, its end written under the claim."""

from __future__ import annotations

import logging
import uuid
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from webapp.webhooks.models import Delivery, Webhook
from webapp.webhooks.post import Answer, post
from webapp.webhooks.secrets import signature

log = logging.getLogger(__name__)

PAUSES = (
    5,
    30,
    120,
    600,
    3600,
    4 * 3600,
    12 * 3600,
    24 * 3600,
)  # seconds after each attempt that failed; then it is over
LEASE = timedelta(seconds=60)  # whoever has not come to an end by then is lost
AT_ONCE = 2  # deliveries to one webhook: one that is slow holds no other up
SOON = timedelta(seconds=2)
MOST_FAILURES = 20  # attempts in a row, of whatever delivery
GONE = 410  # what a receiver answers that wants no more
State = Delivery.State
OPEN = (State.WAITING, State.SENDING)


def deliver(delivery: str | uuid.UUID) -> bool:
    """Whether an attempt was made.

    Before: due, its webhook switched on. After: delivered; or waiting for its next attempt, or failed after the last, with the
    reason. A webhook that failed too often in a row is switched off.
    """
    row = _claimed(delivery)
    if row is None:
        return False
    at, body = timezone.now(), row.body.encode()
    headers = {
        "webhook-id": f"msg_{row.pk.hex}",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature(row.webhook, f"msg_{row.pk.hex}", at, body),
    }
    _conclude(row, post(row.webhook.url, body, headers))
    return True


def _claimed(delivery: str | uuid.UUID) -> Delivery | None:
    switched_on = Webhook.objects.filter(active=True)
    due = Delivery.objects.filter(pk=delivery, state__in=OPEN, due__lte=Now(), webhook__in=switched_on)
    row = due.select_related("webhook").first()
    if row is None:
        return None
    under_way = Delivery.objects.filter(webhook=row.webhook_id, state=State.SENDING, due__gt=Now()).count()
    if under_way >= AT_ONCE:
        due.update(due=Now() + SOON)
        return None
    if not due.filter(attempt=row.attempt).update(state=State.SENDING, due=Now() + LEASE, attempt=row.attempt + 1):
        return None  # another was faster
    row.attempt += 1
    return row


def _conclude(row: Delivery, answer: Answer) -> None:
    told: dict[str, Any] = {"status": answer.status, "error": answer.error, "milliseconds": answer.milliseconds}
    if answer.is_good:
        told |= {"state": State.DELIVERED, "ended": Now()}
    elif row.attempt > len(PAUSES):
        told |= {"state": State.FAILED, "ended": Now()}
    else:
        told |= {"state": State.WAITING, "due": Now() + timedelta(seconds=PAUSES[row.attempt - 1])}
    with transaction.atomic():
        mine = Delivery.objects.filter(pk=row.pk, attempt=row.attempt, state=State.SENDING)
        if mine.update(**told):
            _count(row.webhook_id, answer)


def _count(webhook: uuid.UUID, answer: Answer) -> None:
    """After: one good answer forgives all failures; the last of too many switches the webhook off."""
    mine = Webhook.objects.filter(pk=webhook)
    if answer.is_good:
        mine.filter(failures__gt=0).update(failures=0)
        return
    mine.update(failures=F("failures") + 1)
    row = mine.get()
    gone = answer.status == GONE
    if row.active and (gone or row.failures >= MOST_FAILURES):
        why = "it answered 410: gone" if gone else f"{row.failures} attempts in a row failed; the last: {answer.said}"
        mine.update(active=False, reason=why[:300])
        log.warning("webhook %s is switched off: %s", webhook, why)
