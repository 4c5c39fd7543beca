"""The first user of a new installation."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from django.db import transaction

from webapp.accounts.models import Membership, Role, Team, User
from webapp.accounts.services.tokens import make_token

EMAIL = "admin@spacewright.local"


@dataclass(frozen=True)
class FirstLogin:
    """Shown once."""

    email: str
    password: str
    token: str


def first_login() -> FirstLogin | None:
    """Make the first user, with a team and a token. None where there is a user already.

    After: one superuser, owner of one team; the password is random and only its hash is kept.
    """
    with transaction.atomic():
        if User.objects.exists():
            return None
        password = secrets.token_urlsafe(12)
        user = User.objects.create_superuser(EMAIL, password)
        team = Team.objects.create(name="Our team")
        Membership.objects.create(user=user, team=team, role=Role.OWNER)
        _, token = make_token(user, "first login")
        return FirstLogin(EMAIL, password, token)
