"""What the head of every page shows of teams."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from webapp.accounts.models import User
from webapp.accounts.selectors import chosen_team, teams_of


def teams(request: HttpRequest) -> dict[str, Any]:
    """The user's teams and the chosen one, read where a page does show them."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {}
    return {
        "own_teams": SimpleLazyObject(lambda: list(teams_of(user).order_by("name", "id"))),
        "seen_team": SimpleLazyObject(lambda: chosen_team(user)),
    }
