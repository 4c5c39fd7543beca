"""What the API takes and gives of uploads."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from rest_framework import serializers

from webapp.datasets.models import Upload, UploadedFile


class UploadedFileSerializer(serializers.ModelSerializer[UploadedFile]):
    """`url` takes the file by tus 1.0; `received` is the offset to go on at."""

    url = serializers.SerializerMethodField()

    class Meta:
        model = UploadedFile
        fields = ("id", "name", "split", "size", "received", "url")

    def get_url(self, file: UploadedFile) -> str:
        return str(self.context["request"].build_absolute_uri(reverse("api:uploaded-file", args=(file.pk,))))


class ProgressSerializer(serializers.Serializer[Any]):
    """Images that were read, of how many; empty before the check, `total` null while they are counted."""

    done = serializers.IntegerField(required=False)
    total = serializers.IntegerField(required=False, allow_null=True)


class UploadSerializer(serializers.ModelSerializer[Upload]):
    """`status`: receiving, queued, checking, then ready (`version` is there) or refused (`failure` says why)."""

    name = serializers.CharField(source="dataset.name")
    team = serializers.UUIDField(source="dataset.team_id")
    files = UploadedFileSerializer(many=True)
    progress = ProgressSerializer()

    class Meta:
        model = Upload
        fields = (
            "id",
            "dataset",
            "name",
            "team",
            "status",
            "size",
            "side",
            "files",
            "progress",
            "failure",
            "version",
            "expires",
            "created",
        )


class AnnouncedSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=255)
    size = serializers.IntegerField(min_value=0, help_text="bytes")
    split = serializers.ChoiceField(choices=UploadedFile.Split.choices, default="train")


class NewUploadSerializer(serializers.Serializer[Any]):
    """Data by a name, in these files. A name that the team has already gets a new version."""

    name = serializers.CharField(max_length=120)
    team = serializers.UUIDField(required=False, help_text="default: your only team")
    side = serializers.IntegerField(
        required=False, allow_null=True, min_value=4, max_value=512, help_text="pixels that each image is resized to"
    )
    files = AnnouncedSerializer(many=True, allow_empty=False)
