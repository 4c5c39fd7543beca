"""Who asks: a token in the Authorization header. Only the token's digest is in the database."""

from __future__ import annotations

from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from webapp.accounts.models import Token, User
from webapp.accounts.services.tokens import token_of
from webapp.api.limits import refuse_guesses
from webapp.refusals import NotKnown


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <token>`. The token is the request's `auth`; `webapp.api.scopes` asks what it may do."""

    def authenticate(self, request: Request) -> tuple[User, Token] | None:
        """None without such a header: another way may know the user. Raises NotKnown for a wrong token."""
        word, _, secret = request.headers.get("Authorization", "").partition(" ")
        if word.lower() != "bearer":
            return None
        try:
            token = token_of(secret)
        except NotKnown:
            refuse_guesses(request)
            raise
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'
