"""Links in the admin."""

from django.contrib import admin

from webapp.admin import ReadOnly
from webapp.sharing.models import Share, Subject


@admin.register(Share)
class ShareAdmin(ReadOnly):
    list_display = ("kind", "team", "created_by", "created", "expires", "revoked", "opened")
    exclude = ("digest",)


@admin.register(Subject)
class SubjectAdmin(ReadOnly):
    list_display = ("share", "place", "study", "run", "key")
