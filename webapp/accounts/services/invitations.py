"""Invitations: made and shown once, mailed, accepted, revoked."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from webapp.accounts.models import Invitation, Membership, Role, Team, User
from webapp.accounts.selectors import require
from webapp.accounts.services.throttle import INVITATION_MAIL, attempted
from webapp.accounts.services.tokens import digest_of
from webapp.mail import is_mail_sent, link_to, mail_aside
from webapp.refusals import Conflict, NotAllowed

PREFIX = "invited_"
MOST_DAYS, MOST_USES = 90, 100
OVER = (
    "this invitation is unknown, was revoked, has run out or was used already: ask an owner of the team for another one"
)


@dataclass(frozen=True)
class Wanted:
    """Whom an owner invites as what, for how long and how often. With an `email` it is for them alone, once."""

    role: Role
    days: int = 7
    most_uses: int = 1
    email: str = ""


def invite(by: User, team: Team, wanted: Wanted) -> tuple[Invitation, str]:
    """A new invitation and its secret. After: it is mailed where it names an e-mail; the secret is nowhere in the database.

    Raises NotAllowed for who is not an owner, Conflict where no mail is sent or too many were.
    """
    require(by, team, Role.OWNER)
    if wanted.email and is_mail_sent() and attempted(INVITATION_MAIL, email=wanted.email, user=str(by.pk)) is None:
        raise Conflict("too many invitations were mailed; wait an hour, or send a link yourself")
    secret = PREFIX + secrets.token_urlsafe(32)
    made = Invitation.objects.create(
        team=team,
        role=wanted.role,
        email=wanted.email.lower(),
        digest=digest_of(secret),
        most_uses=1 if wanted.email else wanted.most_uses,
        created_by=by,
        expires=timezone.now() + timedelta(days=wanted.days),
    )
    if made.email and is_mail_sent():
        _mail(by, made, secret)
    return made, secret


def link_of(secret: str) -> str:
    """Where an invitation is looked at and accepted."""
    return link_to(reverse("invited", args=(secret,)))


def revoke(by: User, invitation: Invitation) -> None:
    """After: it lets nobody in. Raises NotAllowed for who is not an owner."""
    require(by, invitation.team_id, Role.OWNER)
    invitation.delete()


def invitation_of(secret: str) -> Invitation | None:
    """The invitation of this secret, if it still lets somebody in."""
    if not secret:
        return None
    found = Invitation.objects.select_related("team", "created_by").filter(digest=digest_of(secret)).first()
    return None if found is None or found.is_over else found


def accept(user: User, secret: str) -> Membership:
    """After: the user is in the team; who is in it already stays what they are, and uses nothing up.

    Raises Conflict for an invitation that lets nobody in, NotAllowed for one that names somebody else.
    """
    with transaction.atomic():
        row = Invitation.objects.select_for_update().filter(digest=digest_of(secret)).first()
        if row is None or row.is_over:
            raise Conflict(OVER)
        if row.email and row.email != user.email.lower():
            raise NotAllowed(f"this invitation is for another e-mail than {user.email}: log in with that one")
        member, new = Membership.objects.get_or_create(team=row.team, user=user, defaults={"role": row.role})
        if new:
            row.uses += 1
            row.save(update_fields=["uses"])
    return member


def _mail(by: User, made: Invitation, secret: str) -> None:
    said = {"by": by, "invitation": made, "link": link_of(secret)}
    body = render_to_string("teams/invitation_mail.txt", said)
    subject = " ".join(f"{by.email} invites you to {made.team.name}".split())
    mail_aside(send_mail, subject, body, None, [made.email])
