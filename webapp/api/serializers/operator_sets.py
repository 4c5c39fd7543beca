"""What the API takes and gives of saved operator sets."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from webapp.api.serializers.operators import DeclarationField
from webapp.operators.models import OperatorSet, OperatorSetVersion


class OperatorSetVersionSerializer(serializers.ModelSerializer[OperatorSetVersion]):
    labels = serializers.ListField(child=serializers.CharField())
    declared = serializers.ListField(child=DeclarationField())

    class Meta:
        model = OperatorSetVersion
        fields = ("id", "number", "labels", "declared", "digest", "created")


class OperatorSetSerializer(serializers.ModelSerializer[OperatorSet]):
    """`retired`: since when it is no longer offered; null where it is."""

    versions = OperatorSetVersionSerializer(many=True)

    class Meta:
        model = OperatorSet
        fields = ("id", "team", "name", "created", "retired", "versions")


class LabelsSerializer(serializers.Serializer[Any]):
    labels = serializers.ListField(
        child=serializers.CharField(max_length=600),
        min_length=1,
        max_length=64,
        help_text="of operators, or the names of `declared` ones",
    )
    declared = serializers.ListField(
        child=DeclarationField(),
        required=False,
        max_length=32,
        help_text="the team's own operators, each with its name",
    )


class NewOperatorSetSerializer(LabelsSerializer):
    name = serializers.CharField(max_length=120)
    team = serializers.UUIDField(required=False, help_text="default: your only team")


class ChangedFieldSerializer(serializers.Serializer[Any]):
    path = serializers.CharField()
    before = serializers.CharField(allow_blank=True)
    after = serializers.CharField(allow_blank=True)


class OperatorDifferenceSerializer(serializers.Serializer[Any]):
    """An operator of either version; `before` and `after` are its labels written out, empty where it is not there."""

    name = serializers.CharField()
    what = serializers.ChoiceField(["added", "removed", "changed", "same"])
    before = serializers.CharField(allow_blank=True)
    after = serializers.CharField(allow_blank=True)
    changes = ChangedFieldSerializer(many=True)


class OperatorDiffSerializer(serializers.Serializer[Any]):
    """Two versions side by side."""

    older = serializers.IntegerField()
    newer = serializers.IntegerField()
    operators = OperatorDifferenceSerializer(many=True)
