"""What the API takes and gives of notes and tags."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from webapp.notes.services.note import LONGEST


class NoteSerializer(serializers.Serializer[Any]):
    """Markdown, and as pages show it: `html` is sanitised. `version` counts the writings; 0, and no text, where there is none."""

    text = serializers.CharField(allow_blank=True)
    html = serializers.CharField(allow_blank=True)
    version = serializers.IntegerField()
    edited_by = serializers.UUIDField(allow_null=True)
    edited = serializers.DateTimeField(allow_null=True)


class NewNoteSerializer(serializers.Serializer[Any]):
    text = serializers.CharField(allow_blank=True, max_length=LONGEST, help_text="Markdown; none takes the note away")
    version = serializers.IntegerField(
        required=False, min_value=0, max_value=2**31 - 1, help_text="that you have read: 409 where there is a newer one"
    )


class TagsSerializer(serializers.Serializer[Any]):
    """The tags of a study: small letters, no commas."""

    tags = serializers.ListField(child=serializers.CharField(max_length=200), max_length=100)
