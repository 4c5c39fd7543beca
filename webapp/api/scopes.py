"""What a token may ask of a view, looked at in one place. A view that does not say is closed to tokens.

Each view has `scope`: what it takes to change something there. Reading takes `read`, or the view's `scope_to_read`. A browser's
session may do all that its user may.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from webapp.accounts.models import Token
from webapp.accounts.services.tokens import require_scope
from webapp.refusals import NotAllowed

if TYPE_CHECKING:
    from rest_framework.views import APIView  # which reads the settings that name this module

Scope = Token.Scope


class TokenScope(BasePermission):
    """Raises NotAllowed for a token whose scope is too small."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if isinstance(request.auth, Token):
            wanted = scope_of(view, request.method or "")
            if wanted is None:
                raise NotAllowed("no token may do this; use the pages")
            require_scope(request.auth, wanted)
        return True


def scope_of(view: APIView, method: str) -> Token.Scope | None:
    """What a method of a view takes; None where the view does not say."""
    scope: Token.Scope | None = getattr(view, "scope", None)
    if scope is None or method not in SAFE_METHODS:
        return scope
    return getattr(view, "scope_to_read", Scope.READ)
