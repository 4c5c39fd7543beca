"""Notes and tags: what people write beside what was found."""

from django.apps import AppConfig


class NotesConfig(AppConfig):
    name = "webapp.notes"
    label = "notes"
