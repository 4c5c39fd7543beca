"""What a user is told by mail."""

from __future__ import annotations

from webapp.accounts.models import User


def choose_mail(user: User, wanted: bool) -> None:
    """After: the user is told when a run has ended, or is not."""
    user.wants_mail = wanted
    user.save(update_fields=["wants_mail"])
