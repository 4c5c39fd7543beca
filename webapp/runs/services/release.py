"""What a worker's earlier life held."""

from __future__ import annotations

from django.db.models import Q

from webapp.datasets.services.claim import take_back as take_back_checks
from webapp.runs.services.claim import take_back


def release(owner: str) -> int:
    """Put the Work and the checks of data that run under a name back into the queue; how much.

    Before: the name's one process has just begun, so an earlier attempt under it is dead. After: none runs under it; a
    death is counted as in `claim.take_back`.
    """
    return take_back(Q(owner=owner)) + take_back_checks(Q(owner=owner))
