"""Saved spaces in the admin."""

from django.contrib import admin

from webapp.admin import ReadOnly
from webapp.spaces.models import SavedSpace


@admin.register(SavedSpace)
class SavedSpaceAdmin(ReadOnly):
    list_display = ("name", "version", "team", "digest", "created_by", "created")
