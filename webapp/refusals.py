"""Refusals: what a service says no to, in one sentence, with the HTTP status that fits. One handler answers them."""

from __future__ import annotations


class Refused(Exception):
    """Base. `slug` names the kind of refusal for programs; the text is for people."""

    status = 400
    slug = "refused"


class NotAllowed(Refused):
    """The user is known, and may not do this."""

    status, slug = 403, "not-allowed"


class NotKnown(Refused):
    """The user's credentials are wrong or have run out."""

    status, slug = 401, "not-known"


class Conflict(Refused):
    """What is asked does not fit what is so."""

    status, slug = 409, "conflict"


class Unclear(Refused):
    """More than one thing could be meant."""

    status, slug = 400, "unclear"
