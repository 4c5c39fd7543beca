"""Who opens a live page, and whether they may."""

from __future__ import annotations

import uuid
from types import SimpleNamespace
from typing import Any, cast

from django.contrib.auth import get_user
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from webapp.accounts.models import Token, User
from webapp.accounts.services.tokens import require_scope, token_of
from webapp.refusals import NotAllowed, NotKnown
from webapp.runs.models import Run
from webapp.runs.selectors.runs import runs_of


def bearer(scope: Any) -> str | None:
    """The token of a script. A browser cannot send this header with a socket."""
    for name, value in scope["headers"]:
        if name == b"authorization":
            word, _, token = value.decode("latin-1").partition(" ")
            return token if word.lower() == "bearer" else None
    return None


def visitor(scope: Any) -> User | None:
    """Whose token or session this is, as it is now; None for one that is not, or no longer, good."""
    token = bearer(scope)
    if token is None:
        return _of_session(scope.get("session"))
    try:
        found = token_of(token)
        require_scope(found, Token.Scope.READ)
    except (NotKnown, NotAllowed):
        return None
    return found.user


def known_by(scope: Any) -> tuple[str, str]:
    """What a visitor proves itself with: sockets of one are answered together."""
    token = bearer(scope)
    return ("session", getattr(scope.get("session"), "session_key", None) or "") if token is None else ("token", token)


def run_of(user: User, run: str) -> Run | None:
    """The run, if it is one of the user's teams'."""
    return runs_of(user).filter(pk=uuid.UUID(run)).first()


def _of_session(opened: SessionBase | None) -> User | None:
    """Read again each time: who has logged out, or changed the password, is out here too."""
    if opened is None or opened.session_key is None:
        return None
    fresh = opened.__class__(opened.session_key)  # what was opened is a proxy, and remembers
    user = get_user(cast(HttpRequest, SimpleNamespace(session=fresh)))
    return user if isinstance(user, User) else None
