"""Links in the admin."""

from django.contrib import admin

from webapp.admin import ReadOnly
from webapp.sharing.models import Share


@admin.register(Share)
class ShareAdmin(ReadOnly):
    list_display = ("kind", "team", "created_by", "created", "expires", "revoked", "opened")
    exclude = ("digest",)
