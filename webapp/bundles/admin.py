"""Origins and comparisons, to be looked at."""

from __future__ import annotations

from django.contrib import admin

from webapp.admin import ReadOnly
from webapp.bundles.models import Comparison, Origin


@admin.register(Origin)
class OriginAdmin(ReadOnly):
    list_display = ("name", "study", "status", "history_digest", "created")


@admin.register(Comparison)
class ComparisonAdmin(ReadOnly):
    list_display = ("run", "equal", "history_digest", "created")
