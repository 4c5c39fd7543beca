"""How a log-in is checked, on every page that has one."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from webapp.accounts.models import User
from webapp.accounts.services.throttle import LOG_IN, attempted, forgive


def address_of(request: HttpRequest | None) -> str:
    """Where a request comes from, as the web server knows it."""
    return "" if request is None else str(request.META.get("REMOTE_ADDR", ""))


class Backend(ModelBackend):
    """Django's own, which takes as long for an e-mail that nobody has; and no more guesses than the limits allow."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **more: Any
    ) -> User | None:
        """Raises PermissionDenied, whatever the password, for one guess too many."""
        email = (username or more.get(User.USERNAME_FIELD) or "").lower()
        if not email or password is None:
            return None
        attempt = attempted(LOG_IN, email=email, address=address_of(request))
        if attempt is None:
            raise PermissionDenied
        user = super().authenticate(request, email, password)
        if isinstance(user, User):
            forgive(attempt)
            return user
        return None
