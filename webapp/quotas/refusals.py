"""What a spent quota is answered with."""

from __future__ import annotations

from webapp.refusals import Conflict


class QuotaSpent(Conflict):
    """The team has used what it may."""

    slug = "quota-spent"
