"""Webhooks that a user may see: those of the teams that they own."""

from __future__ import annotations

from django.db.models import QuerySet

from webapp.accounts.models import Role, Team, User
from webapp.accounts.selectors import roles_of
from webapp.webhooks.models import Delivery, Webhook


def owned_by(user: User) -> QuerySet[Team]:
    held = roles_of(user).filter(role=Role.OWNER).order_by()
    return Team.objects.filter(memberships__in=held).order_by("name", "id")


def webhooks_of(user: User) -> QuerySet[Webhook]:
    """Newest first."""
    return Webhook.objects.filter(team__in=owned_by(user)).select_related("team")


def deliveries_of(webhook: Webhook) -> QuerySet[Delivery]:
    """Newest first; kept for thirty days."""
    return webhook.deliveries.defer("body")
