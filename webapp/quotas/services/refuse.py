"""What a quota says no to, in a sentence, before anything is begun."""

from __future__ import annotations

from webapp.accounts.models import Team
from webapp.quotas.limits import What, limit_of, next_month, seconds_of
from webapp.quotas.refusals import QuotaSpent
from webapp.quotas.selectors import running_studies
from webapp.studies.models import Study

ASK = "or ask whoever runs the studio for more"


def require_room(study: Study) -> None:
    """Raise QuotaSpent where the study may not go on beside those of its team that run. Within a transaction: teams wait in line."""
    _require_seconds(study.team_id)
    most = limit_of(study.team_id, What.STUDIES)
    if most is None:
        return
    list(Team.objects.select_for_update().filter(pk=study.team_id).values_list("pk"))  # two at once would both see room
    running = running_studies(study.team_id)
    if not running.filter(pk=study.pk).exists() and running.count() >= most:
        raise QuotaSpent(
            f"the team runs {running.count()} of the {most} studies that it may run at once; wait for one to end, pause one, {ASK}"
        )


def _require_seconds(team: object) -> None:
    most = limit_of(team, What.SECONDS)  # type: ignore[arg-type]
    used = seconds_of(team)  # type: ignore[arg-type]
    if most is not None and used >= most:
        raise QuotaSpent(
            f"the team has used {used:,.0f} of its {most:,} device seconds of this month; they begin anew on {next_month():%d %B}, {ASK}"
        )
