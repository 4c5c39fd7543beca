"""The account of who has had how much of the devices, by rows: any number of workers keep it together.

A team that waits or runs is behind another by what it has had less. One that was away comes back at the floor, which is what the
least of those at work has had: it is served beside them, and neither before all of them nor for what it once used.
"""

from __future__ import annotations

import uuid

from django.db.models import F

from webapp.quotas.services.charge import charge_month
from webapp.runs.models import Floor, Share
from webapp.runs.selectors.turn import Turn
from webapp.studies.models import Study

STEP = 1.0  # seconds by which the floor rises at least: a claim seldom writes it


def begin_turn(turn: Turn) -> None:
    """After: the team counts for the floor at least. Each row is written alone, so that claims never wait for each other long."""
    if not Share.objects.filter(team=turn.team, seconds__gte=turn.seconds).exists():
        share, _ = Share.objects.get_or_create(team_id=turn.team)
        Share.objects.filter(pk=share.pk, seconds__lt=turn.seconds).update(seconds=turn.seconds)
    if not Floor.objects.filter(seconds__gt=turn.floor - STEP).exists():
        Floor.objects.get_or_create(pk=1)
        Floor.objects.filter(pk=1, seconds__lt=turn.floor).update(seconds=turn.floor)


def charge(run: uuid.UUID, seconds: float) -> None:
    """After: the run's team has had so many device seconds more, in the queue's account and in this month's."""
    team = Study.objects.values_list("team", flat=True).get(runs=run)
    Share.objects.filter(team=team).update(seconds=F("seconds") + seconds)
    charge_month(team, seconds)
