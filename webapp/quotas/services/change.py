"""Quotas are set by whoever runs the studio."""

from __future__ import annotations

from webapp.accounts.models import Team
from webapp.quotas.models import Quota


def set_quota(team: Team, what: Quota.What, most: int | None) -> None:
    """After: the team may use so much; None is no limit."""
    Quota.objects.update_or_create(team=team, what=what, defaults={"most": most})


def forget_quota(team: Team, what: Quota.What) -> None:
    """After: the settings' default holds again."""
    Quota.objects.filter(team=team, what=what).delete()
