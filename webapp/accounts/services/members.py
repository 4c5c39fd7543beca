"""Who is what in a team: changed, handed over, ended. A team always has an owner."""

from __future__ import annotations

from functools import partial

from django.db import transaction

from webapp.accounts.models import Membership, Role, Team, User
from webapp.accounts.selectors import require
from webapp.accounts.signals import membership_ended
from webapp.refusals import Conflict, NotAllowed

LAST = "{who} the only owner of {team!r}: make somebody else its owner first, or delete the team"


def change_role(by: User, member: Membership, role: Role) -> Membership:
    """Raises NotAllowed for who is not an owner, Conflict for the last owner, who stays one."""
    with transaction.atomic():
        held = _held(by, member, Role.OWNER)
        if role != Role.OWNER:
            _keep_an_owner(by, held)
        held.role = role
        held.save(update_fields=["role"])
    return held


def end_membership(by: User, member: Membership) -> None:
    """After: the user is out, by an owner's word or their own. Raises NotAllowed, or Conflict for the last owner."""
    with transaction.atomic():
        held = _held(by, member, Role.VIEWER if member.user_id == by.pk else Role.OWNER)
        _keep_an_owner(by, held)
        held.delete()


def hand_over(by: User, member: Membership) -> Membership:
    """After: the member is an owner, and who was one is an editor. Raises NotAllowed for who is not an owner."""
    with transaction.atomic():
        held = _held(by, member, Role.OWNER)
        if held.user_id == by.pk:
            raise Conflict("you are an owner already: hand the team over to somebody else in it")
        held.role = Role.OWNER
        held.save(update_fields=["role"])
        own = Membership.objects.get(team=held.team_id, user=by)
        own.role = Role.EDITOR
        own.save(update_fields=["role"])
    return held


def tell_ended(instance: Membership, **_: object) -> None:
    """However somebody has left a team, it is told once that is so for everybody."""
    transaction.on_commit(partial(_tell, instance.user, instance.team), robust=True)


def _tell(user: User, team: Team) -> None:
    membership_ended.send(Membership, user=user, team=team)


def _held(by: User, member: Membership, role: Role) -> Membership:
    """The membership as it is now; nobody else changes who is in the team until the transaction ends."""
    Team.objects.select_for_update().filter(pk=member.team_id).first()
    require(by, member.team_id, role)
    held = Membership.objects.select_related("team", "user").filter(pk=member.pk).first()
    if held is None:
        raise NotAllowed("they are no longer in the team; load the page again")
    return held


def _keep_an_owner(by: User, held: Membership) -> None:
    others = Membership.objects.filter(team=held.team_id, role=Role.OWNER).exclude(pk=held.pk)
    if held.role == Role.OWNER and not others.exists():
        who = "you are" if held.user_id == by.pk else f"{held.user.email} is"
        raise Conflict(LAST.format(who=who, team=held.team.name))
