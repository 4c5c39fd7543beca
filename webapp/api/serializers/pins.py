"""What the API takes and gives of networks that a team keeps."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from webapp.api.serializers.shares import NetworkNameSerializer
from webapp.library.models import Pin


class PinSerializer(serializers.ModelSerializer[Pin]):
    """A network that the team keeps. `run` is null once that is deleted; `recipe` and `genes` are enough to train it again."""

    genes = serializers.ListField(child=serializers.CharField())
    architecture = serializers.CharField(source="key", help_text="key")

    class Meta:
        model = Pin
        fields: tuple[str, ...] = (
            "id",
            "team",
            "name",
            "run",
            "architecture",
            "genes",
            "score",
            "params",
            "madds",
            "created_by",
            "created",
        )


class WholePinSerializer(PinSerializer):
    """With the recipe that trains and exports it, to submit as it is or changed."""

    recipe = serializers.DictField()

    class Meta(PinSerializer.Meta):
        fields = (*PinSerializer.Meta.fields, "recipe")


class NewPinSerializer(NetworkNameSerializer):
    name = serializers.CharField(required=False, max_length=120, help_text="default: after study and key")


class PinNameSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=120)
