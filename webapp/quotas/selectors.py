"""What a team may use, and what it uses."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db.models import QuerySet, Sum

from webapp.accounts.models import Team
from webapp.datasets.selectors import bytes_of
from webapp.quotas.limits import What, limit_of, seconds_of
from webapp.quotas.models import Quota
from webapp.runs.models import GOING_ON, Artifact, Run
from webapp.studies.models import Study

NEAR = 0.8  # of a limit, from where on a page says so


@dataclass(frozen=True)
class Use:
    """One quota as pages show it."""

    what: Quota.What
    used: int
    most: int | None

    @property
    def percent(self) -> int:
        """How much of it is used, at most 100; 0 where there is no limit."""
        return 0 if self.most is None else 100 if not self.most else min(100, self.used * 100 // self.most)

    @property
    def is_spent(self) -> bool:
        return self.most is not None and self.used >= self.most

    @property
    def is_near(self) -> bool:
        return self.most is not None and self.used >= NEAR * self.most


def uses_of(team: Team) -> list[Use]:
    """Every quota of a team, with what is used of it."""
    used = {
        What.STUDIES: running_studies(team.pk).count(),
        What.SECONDS: int(seconds_of(team)),
        What.BYTES: stored_bytes(team),
    }
    return [Use(what, amount, limit_of(team, what)) for what, amount in used.items()]


def running_studies(team: uuid.UUID) -> QuerySet[Study]:
    """Those of which a run goes on: neither over nor paused."""
    going_on = Run.objects.filter(status=Run.Status.RUNNING, wanted__in=GOING_ON, study__team=team).order_by()
    return Study.objects.filter(pk__in=going_on.values("study")).order_by()


def stored_bytes(team: Team) -> int:
    """Of its data, what is on its way included, and of its studies' files."""
    files = Artifact.objects.filter(run__study__team=team).aggregate(bytes=Sum("size"))["bytes"] or 0
    return bytes_of(team) + files
