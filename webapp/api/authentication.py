"""Who asks: a token in the Authorization header. Only the token's digest is in the database."""

from __future__ import annotations

from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from webapp.accounts.models import User
from webapp.accounts.services.tokens import user_of


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <token>`."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        """None without such a header: another way may know the user. Raises AuthenticationFailed for a wrong token."""
        word, _, token = request.headers.get("Authorization", "").partition(" ")
        if word.lower() != "bearer":
            return None
        return user_of(token), None

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'
