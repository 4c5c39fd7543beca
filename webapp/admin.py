"""What the admin pages share."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from webapp.audit.services.record import Action, record


class Audited(admin.ModelAdmin):  # type: ignore[type-arg]
    """What is done there stands in the audit log too, beside Django's own."""

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        self._record("added", obj)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        self._record("changed", obj)
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        for row in queryset:
            self._record("deleted", row)
        return super().log_deletions(request, queryset)

    def _record(self, how: str, row: Model) -> None:
        record(Action.ADMINISTERED, row, f"{how} {row._meta.verbose_name} {row}")


class ReadOnly(Audited):
    """Rows that only services write: to look at and to delete."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False
