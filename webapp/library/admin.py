"""Pinned networks in the admin."""

from django.contrib import admin

from webapp.admin import ReadOnly
from webapp.library.models import Pin


@admin.register(Pin)
class PinAdmin(ReadOnly):
    list_display = ("name", "key", "team", "created_by", "created")
