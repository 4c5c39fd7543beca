"""A bundle's file goes with its row, however that goes: with its study, its team, or in the admin."""

from __future__ import annotations

from functools import partial

from django.db import transaction
from django.db.models.signals import post_delete

from webapp.bundles.models import Origin
from webapp.bundles.store import remove


def listen() -> None:
    """Called once, when all models are there."""
    post_delete.connect(_removed, sender=Origin, dispatch_uid="bundle of an origin")


def _removed(instance: Origin, **_: object) -> None:
    transaction.on_commit(partial(remove, instance.pk), robust=True)
