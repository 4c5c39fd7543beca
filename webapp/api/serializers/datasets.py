"""What the API takes and gives of data sets and their versions."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from webapp.datasets.models import Dataset, DatasetVersion


class VersionSerializer(serializers.ModelSerializer[DatasetVersion]):
    """`facts.recipe` is what a recipe's `task.data` is to be; built-in data is named there instead."""

    facts = serializers.DictField()

    class Meta:
        model = DatasetVersion
        fields = ("id", "sha256", "facts", "size", "created")


class WholeVersionSerializer(VersionSerializer):
    """With what the check found: classes, counts, what failed and why, leakage between splits."""

    report = serializers.DictField()

    class Meta(VersionSerializer.Meta):
        fields = (*VersionSerializer.Meta.fields, "dataset", "report")  # type: ignore[assignment]


class PictureSerializer(serializers.Serializer[Any]):
    side = serializers.IntegerField(
        required=False, min_value=4, max_value=512, help_text="pixels of the longer side, at most"
    )


class DatasetSerializer(serializers.ModelSerializer[Dataset]):
    versions = VersionSerializer(many=True)

    class Meta:
        model = Dataset
        fields = ("id", "team", "name", "created", "versions")
