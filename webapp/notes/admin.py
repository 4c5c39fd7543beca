"""Notes and tags in the admin."""

from django.contrib import admin

from webapp.admin import ReadOnly
from webapp.notes.models import Note, Tag


@admin.register(Note)
class NoteAdmin(ReadOnly):
    list_display = ("study", "key", "edited_by", "edited")


@admin.register(Tag)
class TagAdmin(ReadOnly):
    list_display = ("name", "study")
