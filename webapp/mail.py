"""Whether mail is sent at all, and where the links in it lead."""

from __future__ import annotations

from django.conf import settings

from webapp.environment import environment
from webapp.launch.address import address

CONSOLE = "django.core.mail.backends.console.EmailBackend"


def is_mail_sent() -> bool:
    """Whether a mail server is named; without one, what would be sent is only printed."""
    return bool(settings.EMAIL_BACKEND != CONSOLE)


def link_to(path: str) -> str:
    """A whole address, for a mail."""
    return f"{(environment.site_url or address(environment)).rstrip('/')}{path}"
