"""An error as the API gives it."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


class ProblemSerializer(serializers.Serializer[Any]):
    """An error, after RFC 9457. `field`, `wanted` and `nearest` stand where a recipe or a budget is refused."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    field = serializers.CharField(required=False)
    wanted = serializers.CharField(required=False)
    nearest = serializers.DictField(child=serializers.IntegerField(), required=False)
    invalid = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()), required=False, help_text="texts by field"
    )
