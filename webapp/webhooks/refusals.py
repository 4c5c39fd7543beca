"""What is said no to."""

from __future__ import annotations

from webapp.refusals import Refused


class BadAddress(Refused):
    """The address is none that a webhook may call."""

    status, slug = 400, "bad-address"
