"""Tokens: made, shown once, known by their digest."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from webapp.accounts.models import Team, Token, User
from webapp.refusals import NotAllowed, NotKnown

PREFIX = "spacewright_"
FORGETFUL = timedelta(minutes=1)  # `used` is written at most so often
RANK = {Token.Scope.READ: 0, Token.Scope.WRITE: 1, Token.Scope.ADMIN: 2}


@dataclass(frozen=True)
class Limits:
    """What a token may do at most, where, and until when."""

    scope: Token.Scope = Token.Scope.ADMIN
    team: Team | None = None  # one of the user's; none: all of them
    expires: datetime | None = None


def make_token(user: User, name: str, limits: Limits = Limits()) -> tuple[Token, str]:
    """A new token and its row. After: the token itself is nowhere in the database.

    Who is let in by a token of one team makes tokens of that team.
    """
    secret = PREFIX + secrets.token_urlsafe(32)
    team = user.limited_to if limits.team is None else limits.team.pk
    row = Token.objects.create(
        user=user, name=name, digest=digest_of(secret), scope=limits.scope, team_id=team, expires=limits.expires
    )
    return row, secret


def end_tokens(user: User) -> int:
    """After: no script is let in as this user; how many tokens there were."""
    return user.tokens.all().delete()[0]


def end_token(token: Token) -> None:
    """After: this one lets nobody in."""
    token.delete()


def end_tokens_with_password(user: User, **_: object) -> None:
    """A new password ends what was let in under the old one. Sessions end by themselves: they hold a hash of it."""
    end_tokens(user)


def end_tokens_with_membership(user: User, team: Team, **_: object) -> None:
    """Who has left a team has no token for it left. Any other token sees no more of it, as its user does."""
    user.tokens.filter(team=team).delete()


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def token_of(secret: str) -> Token:
    """The token, with its user as it lets them in. Raises NotKnown where it is unknown, has expired, or its user is not active."""
    now = timezone.now()
    live = Token.objects.filter(Q(expires__isnull=True) | Q(expires__gt=now), user__is_active=True)
    token = live.select_related("user").filter(digest=digest_of(secret)).first()
    if token is None:
        raise NotKnown(
            "this token is unknown or has expired; make another one on the Tokens page or with `manage.py token`"
        )
    if token.used is None or now - token.used > FORGETFUL:
        Token.objects.filter(pk=token.pk).update(used=now)
    token.user.limited_to = token.team_id
    return token


def user_of(secret: str) -> User:
    """Whose token this is. Raises NotKnown as `token_of` does."""
    return token_of(secret).user


def require_scope(token: Token, wanted: Token.Scope) -> None:
    """Raise NotAllowed where the token's scope is less than this."""
    if RANK[Token.Scope(token.scope)] < RANK[wanted]:
        raise NotAllowed(
            f"this takes a token of scope '{wanted.value}'; '{token.name}' has '{token.scope}': make another one"
        )
