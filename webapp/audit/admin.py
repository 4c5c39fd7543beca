"""The audit log in the admin: to look at."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from webapp.admin import ReadOnly
from webapp.audit.models import AuditEntry


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnly):
    list_display = ("at", "actor", "action", "subject", "address", "via")
    list_filter = ("action", "via")
    search_fields = ("actor", "subject", "subject_id", "address")

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False
