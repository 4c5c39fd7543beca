"""What limits a team, and which teams have spent their device seconds. (Knows teams only: the queue asks it at each claim.)"""

from __future__ import annotations

import uuid
from datetime import date

from django.utils import timezone

from webapp.accounts.models import Team
from webapp.environment import environment
from webapp.quotas.models import DeviceUse, Quota

What = Quota.What


def default(what: Quota.What) -> int | None:
    """For a team that nobody has set one for; None: no limit."""
    said = {
        What.STUDIES: environment.team_studies,
        What.SECONDS: environment.team_device_seconds,
        What.BYTES: environment.team_bytes,
    }
    return said[what] or None


def limit_of(team: Team | uuid.UUID, what: Quota.What) -> int | None:
    """None: no limit."""
    found = Quota.objects.filter(team=team, what=what).values_list("most", flat=True)[:1]
    return found[0] if found else default(what)


def this_month() -> date:
    return timezone.now().date().replace(day=1)


def next_month() -> date:
    """The day that device seconds begin anew."""
    first = this_month()
    return first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)


def seconds_of(team: Team | uuid.UUID) -> float:
    """Device seconds of this month."""
    used = DeviceUse.objects.filter(team=team, month=this_month()).values_list("seconds", flat=True).first()
    return used or 0.0


def is_spent(team: uuid.UUID, more: float) -> bool:
    """Whether the team has no device seconds left, with so many that are spent and not yet charged."""
    most = limit_of(team, What.SECONDS)
    return most is not None and seconds_of(team) + more >= most


def spent_teams() -> list[uuid.UUID]:
    """The teams whose device seconds of this month are spent: nothing of theirs is begun."""
    set_ones = dict(Quota.objects.filter(what=What.SECONDS).values_list("team", "most"))
    usual = default(What.SECONDS)
    if usual is None and not set_ones:
        return []
    used = dict(DeviceUse.objects.filter(month=this_month()).values_list("team", "seconds"))
    limits = {team: set_ones.get(team, usual) for team in used.keys() | set_ones.keys()}
    return [team for team, most in limits.items() if most is not None and used.get(team, 0.0) >= most]
