"""Webhooks made, changed, tried and removed, by owners of their team."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from webapp.accounts.models import Role, Team, User
from webapp.accounts.selectors import require
from webapp.refusals import Conflict
from webapp.webhooks.address import checked
from webapp.webhooks.models import Delivery, Webhook
from webapp.webhooks.secrets import secret_of
from webapp.webhooks.services.enqueue import TEST, add_delivery

MOST = 20  # of a team


def create_webhook(user: User, team: Team, url: str, events: Sequence[str]) -> tuple[Webhook, str]:
    """With its secret, which is shown this once. Raises NotAllowed, BadAddress, and Conflict for one too many."""
    require(user, team, Role.OWNER)
    if team.webhooks.count() >= MOST:
        raise Conflict(f"a team has at most {MOST} webhooks; remove one first")
    made = Webhook.objects.create(team=team, url=str(checked(url)), events=_ordered(events), created_by=user)
    return made, secret_of(made)


def change_webhook(
    user: User, webhook: Webhook, url: str | None, events: Sequence[str] | None, active: bool | None
) -> Webhook:
    """What is None stays. Switched on again, its failures are forgotten and what waits for it is sent. Raises as above."""
    require(user, webhook.team_id, Role.OWNER)
    told: dict[str, Any] = {} if url is None else {"url": str(checked(url))}
    if events is not None:
        told["events"] = _ordered(events)
    if active is not None:
        told |= {"active": active, "reason": "" if active else "switched off by hand", "failures": 0}
    Webhook.objects.filter(pk=webhook.pk).update(**told, version=F("version") + 1)
    webhook.refresh_from_db()
    return webhook


def rotate_secret(user: User, webhook: Webhook) -> str:
    """The new secret, shown this once; for a day both sign. Raises NotAllowed."""
    require(user, webhook.team_id, Role.OWNER)
    mine = Webhook.objects.filter(pk=webhook.pk)
    mine.update(turn=F("turn") + 1, version=F("version") + 1, rotated=timezone.now())
    webhook.refresh_from_db()
    return secret_of(webhook)


def try_webhook(user: User, webhook: Webhook) -> Delivery:
    """After: a message waits that says no more than that it is a test. Raises NotAllowed, and Conflict where it is off."""
    require(user, webhook.team_id, Role.OWNER)
    if not webhook.active:
        raise Conflict("this webhook is switched off; switch it on first")
    with transaction.atomic():
        return add_delivery(webhook, TEST, {"team": {"id": str(webhook.team_id), "name": webhook.team.name}})


def delete_webhook(user: User, webhook: Webhook) -> None:
    """After: nothing is sent to it any more. Raises NotAllowed."""
    require(user, webhook.team_id, Role.OWNER)
    webhook.delete()


def _ordered(events: Sequence[str]) -> list[str]:
    return [kind for kind in Webhook.Kind.values if kind in events]
