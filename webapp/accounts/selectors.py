"""Who may see and do what. Every query of the web half starts here, from the user's teams."""

from __future__ import annotations

import uuid

from django.db.models import Case, QuerySet, When

from webapp.accounts.models import Invitation, Membership, Role, Team, Token, User
from webapp.refusals import NotAllowed, Unclear

RANK = {Role.VIEWER: 0, Role.EDITOR: 1, Role.OWNER: 2}


def teams_of(user: User) -> QuerySet[Team]:
    """The teams that a user is in; the one of them that a token is limited to, where it lets the user in."""
    mine = Team.objects.filter(memberships__user=user)
    return mine if user.limited_to is None else mine.filter(pk=user.limited_to)


def teams_to_edit(user: User) -> QuerySet[Team]:
    """The teams that a user may submit to, the chosen one first."""
    held = roles_of(user).filter(role__in=(Role.EDITOR, Role.OWNER))
    chosen = Case(When(pk=user.chosen_team_id, then=0), default=1)
    return Team.objects.filter(memberships__in=held).order_by(chosen, "name", "id")


def roles_of(user: User) -> QuerySet[Membership]:
    """What a user is in which team."""
    mine = user.memberships.select_related("team").order_by("team__name")
    return mine if user.limited_to is None else mine.filter(team=user.limited_to)


def role_in(user: User, team: Team | uuid.UUID) -> Role | None:
    """A user's role in a team; None for one who is not in it."""
    found = roles_of(user).filter(team=team).values_list("role", flat=True).first()
    return None if found is None else Role(found)


def tokens_of(user: User) -> QuerySet[Token]:
    """The user's tokens, newest first; of a token that is limited to a team, those that are limited so too."""
    mine = user.tokens.select_related("team")
    return mine if user.limited_to is None else mine.filter(team=user.limited_to)


def may_edit(user: User, team: Team | uuid.UUID) -> bool:
    """Whether a user may submit to a team, ask of its runs and delete them."""
    role = role_in(user, team)
    return role is not None and RANK[role] >= RANK[Role.EDITOR]


def require(user: User, team: Team | uuid.UUID, role: Role) -> None:
    """Raise NotAllowed where the user's role in the team is less than this."""
    held = role_in(user, team)
    if held is None or RANK[held] < RANK[role]:
        is_what = "not in it" if held is None else f"its {held.value}"
        raise NotAllowed(f"this takes the role '{role.value}' in the team; you are {is_what}: ask an owner")


def chosen_team(user: User) -> Team | None:
    """The team whose things a user has chosen to see; None for those of all their teams."""
    return None if user.chosen_team_id is None else teams_of(user).filter(pk=user.chosen_team_id).first()


def teams_in_view(user: User) -> QuerySet[Team]:
    """The teams whose things the pages list: the chosen one, or all."""
    chosen = chosen_team(user)
    return teams_of(user) if chosen is None else teams_of(user).filter(pk=chosen.pk)


def members_of(user: User, team: Team) -> QuerySet[Membership]:
    """Who is in one of the user's teams."""
    seen = Membership.objects.filter(team=team, team__in=teams_of(user))
    return seen.select_related("user", "team").order_by("user__email")


def invitations_of(user: User, team: Team) -> QuerySet[Invitation]:
    """The team's invitations, newest first, those that are over included. Raises NotAllowed for who is not its owner."""
    require(user, team, Role.OWNER)
    return Invitation.objects.filter(team=team).select_related("created_by", "team").order_by("-created", "-id")


def team_named(user: User, named: str) -> Team:
    """The user's team that a page names; where it names none, the only one that they may submit to. Raises as `home_team`."""
    found = next((team for team in teams_of(user) if str(team.pk) == named), None)
    mine = teams_to_edit(user)[:2]
    return found or (mine[0] if len(mine) == 1 else home_team(user))


def home_team(user: User) -> Team:
    """The team that a study goes to where none is named: the chosen one, or the only one. Raises Unclear or NotAllowed."""
    chosen = chosen_team(user)
    if chosen is not None:
        return chosen
    teams = list(teams_of(user)[:2])
    if len(teams) == 1:
        return teams[0]
    if not teams:
        raise NotAllowed("you are in no team yet; ask an owner to invite you")
    raise Unclear("you are in several teams; name one in 'team', or choose one in the head of a page")
