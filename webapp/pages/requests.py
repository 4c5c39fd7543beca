"""A request behind a login."""

from __future__ import annotations

from django.http import HttpRequest

from webapp.accounts.models import User


class Asked(HttpRequest):
    """What `login_required` lets through: its user is one."""

    user: User
