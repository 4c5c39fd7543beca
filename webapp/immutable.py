"""Rows that are written once: a later reader finds what was there when a study began."""

from __future__ import annotations

from typing import Any

from django.db import models


class Immutable(models.Model):
    """A row that is made and perhaps deleted, never changed."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **options: Any) -> None:
        """Raises TypeError for a row that is there already."""
        if not self._state.adding:
            raise TypeError(f"{type(self).__name__} {self.pk} is immutable; make a new version instead")
        super().save(*args, **options)
