"""Device seconds are written down as they are spent."""

from __future__ import annotations

import uuid

from django.db.models import F

from webapp.quotas.limits import this_month
from webapp.quotas.models import DeviceUse


def charge_month(team: uuid.UUID, seconds: float) -> None:
    """After: the team has used so many more in this month."""
    used = DeviceUse.objects.filter(team=team, month=this_month())
    if not used.update(seconds=F("seconds") + seconds):
        DeviceUse.objects.get_or_create(team_id=team, month=this_month())
        used.update(seconds=F("seconds") + seconds)
