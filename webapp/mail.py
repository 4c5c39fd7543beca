"""Whether mail is sent at all."""

from __future__ import annotations

from django.conf import settings

CONSOLE = "django.core.mail.backends.console.EmailBackend"


def is_mail_sent() -> bool:
    """Whether a mail server is named; without one, what would be sent is only printed."""
    return bool(settings.EMAIL_BACKEND != CONSOLE)
