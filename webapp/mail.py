"""Whether mail is sent at all, and where the links in it lead."""

from __future__ import annotations

import logging
from collections.abc import Callable
from smtplib import SMTPException
from threading import Thread
from typing import Any

from django.conf import settings

from webapp.environment import environment
from webapp.launch.address import address

log = logging.getLogger(__name__)

CONSOLE = "django.core.mail.backends.console.EmailBackend"


def is_mail_sent() -> bool:
    """Whether a mail server is named; without one, what would be sent is only printed."""
    return bool(settings.EMAIL_BACKEND != CONSOLE)


def link_to(path: str) -> str:
    """A whole address, for a mail."""
    return f"{(environment.site_url or address(environment)).rstrip('/')}{path}"


def mail_aside(send: Callable[..., Any], *given: Any) -> None:
    """Send in a thread: who asked does not wait for the mail server. One that is away is logged, and costs the mail."""
    Thread(target=_sent, args=(send, *given), name="mail", daemon=True).start()


def _sent(send: Callable[..., Any], *given: Any) -> None:
    try:
        send(*given)
    except (OSError, SMTPException) as error:
        log.warning("a mail was not sent: %s", error)
