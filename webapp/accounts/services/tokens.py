"""Tokens: made, shown once, known by their digest."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from webapp.accounts.models import Token, User
from webapp.refusals import NotKnown

PREFIX = "spacewright_"
FORGETFUL = timedelta(minutes=1)  # `used` is written at most so often


def make_token(user: User, name: str, expires: datetime | None = None) -> tuple[Token, str]:
    """A new token and its row. After: the token itself is nowhere in the database."""
    secret = PREFIX + secrets.token_urlsafe(32)
    return Token.objects.create(user=user, name=name, digest=digest_of(secret), expires=expires), secret


def end_tokens(user: User) -> int:
    """After: no script is let in as this user; how many tokens there were."""
    return user.tokens.all().delete()[0]


def end_token(token: Token) -> None:
    """After: this one lets nobody in."""
    token.delete()


def end_tokens_with_password(user: User, **_: object) -> None:
    """A new password ends what was let in under the old one. Sessions end by themselves: they hold a hash of it."""
    end_tokens(user)


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def user_of(secret: str) -> User:
    """Whose token this is. Raises NotKnown for one that is unknown, has expired, or whose user is not active."""
    now = timezone.now()
    live = Token.objects.filter(Q(expires__isnull=True) | Q(expires__gt=now), user__is_active=True)
    token = live.select_related("user").filter(digest=digest_of(secret)).first()
    if token is None:
        raise NotKnown(
            "this token is unknown or has expired; make another one on the API page or with `manage.py token`"
        )
    if token.used is None or now - token.used > FORGETFUL:
        Token.objects.filter(pk=token.pk).update(used=now)
    return token.user
