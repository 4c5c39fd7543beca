"""What the API takes and gives of a recipe before it runs."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


class PreviewRequestSerializer(serializers.Serializer[Any]):
    recipe = serializers.DictField()


class CostSerializer(serializers.Serializer[Any]):
    """By one convention: multiply-adds of convolutions and linear layers at batch 1."""

    params = serializers.IntegerField()
    madds = serializers.IntegerField()


class FeasibilitySerializer(serializers.Serializer[Any]):
    verdict = serializers.ChoiceField(choices=("feasible", "unlikely", "impossible"))
    least = CostSerializer()
    largest = CostSerializer()
    share = serializers.FloatField()
    text = serializers.CharField()
    over = serializers.ListField(child=serializers.CharField())


class PreviewSerializer(serializers.Serializer[Any]):
    """What a recipe's space holds. `size` is text: it may be larger than any program's integer."""

    size = serializers.CharField()
    reference = CostSerializer()
    sampled = CostSerializer(many=True)
    feasibility = FeasibilitySerializer()
    evaluations = serializers.IntegerField(allow_null=True)
