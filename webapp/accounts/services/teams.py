"""Teams: made, renamed, chosen."""

from __future__ import annotations

from django.db import transaction

from webapp.accounts.models import Membership, Role, Team, User
from webapp.accounts.selectors import require, role_in
from webapp.refusals import NotAllowed


def create_team(user: User, name: str) -> Team:
    """After: a team that the user owns, and sees from now on."""
    with transaction.atomic():
        team = Team.objects.create(name=name)
        Membership.objects.create(user=user, team=team, role=Role.OWNER)
        if user.chosen_team_id is not None:
            choose_team(user, team)
    return team


def rename_team(user: User, team: Team, name: str) -> Team:
    """Raises NotAllowed for who is not its owner."""
    require(user, team, Role.OWNER)
    team.name = name
    team.save(update_fields=["name"])
    return team


def choose_team(user: User, team: Team | None) -> None:
    """After: the user sees this team's things, and makes new ones there; those of all their teams where it is None.

    Raises NotAllowed for a team that they are not in.
    """
    if team is not None and role_in(user, team) is None:
        raise NotAllowed("you are not in this team; choose one of yours")
    user.chosen_team = team
    user.save(update_fields=["chosen_team"])
