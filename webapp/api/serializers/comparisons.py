"""What the API gives of studies or networks side by side."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


class ComparedPointsSerializer(serializers.Serializer[Any]):
    """Columns: each answer's cost, score and network."""

    madds = serializers.ListField(child=serializers.IntegerField())
    score = serializers.ListField(child=serializers.FloatField())
    architecture = serializers.ListField(child=serializers.CharField())


class ComparedCurveSerializer(serializers.Serializer[Any]):
    """Columns: the best score so far, after so many answers and so many device seconds of the run; null where unknown."""

    evaluations = serializers.ListField(child=serializers.IntegerField())
    seconds = serializers.ListField(child=serializers.FloatField(allow_null=True))
    score = serializers.ListField(child=serializers.FloatField())


class ComparedFoundSerializer(serializers.Serializer[Any]):
    """What a run found. `points` are those of stage `stage`, of very many some that stand for all `answers`; the front is exact."""

    stage = serializers.IntegerField(allow_null=True)
    evaluations = serializers.IntegerField(help_text="answers of all stages")
    seconds = serializers.FloatField(allow_null=True, help_text="device seconds of all that was done")
    answers = serializers.IntegerField()
    curve = ComparedCurveSerializer()
    points = ComparedPointsSerializer()
    front = ComparedPointsSerializer()


class ComparedBestSerializer(serializers.Serializer[Any]):
    architecture = serializers.CharField()
    score = serializers.FloatField(allow_null=True)
    params = serializers.IntegerField(allow_null=True)
    madds = serializers.IntegerField(allow_null=True)


class ComparedVerdictSerializer(serializers.Serializer[Any]):
    """The exported winner against the reference on the test split: the mean over seeds, and the interval of the difference."""

    verdict = serializers.CharField()
    seeds = serializers.IntegerField()
    accuracy = serializers.FloatField()
    difference = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()


class ComparedLimitsSerializer(serializers.Serializer[Any]):
    params = serializers.IntegerField(allow_null=True)
    madds = serializers.IntegerField(allow_null=True)


class ComparedSerializer(serializers.Serializer[Any]):
    """A study with its newest run, or a network of a run. `stage` is the one whose scores are compared."""

    letter = serializers.CharField()
    study = serializers.UUIDField()
    name = serializers.CharField()
    run = serializers.UUIDField(allow_null=True)
    architecture = serializers.CharField(help_text="key; empty for a study")
    status = serializers.CharField()
    stage = serializers.CharField()
    limits = ComparedLimitsSerializer()
    best = ComparedBestSerializer(allow_null=True)
    verdict = ComparedVerdictSerializer(allow_null=True)
    found = ComparedFoundSerializer(allow_null=True)


class DifferingFieldSerializer(serializers.Serializer[Any]):
    """`values`: one for each, as JSON text that may be cut short; null where it has no such field."""

    path = serializers.CharField()
    values = serializers.ListField(child=serializers.CharField(allow_null=True))


class RecipeDifferenceSerializer(serializers.Serializer[Any]):
    fields = DifferingFieldSerializer(many=True)  # type: ignore[assignment]
    more = serializers.IntegerField(help_text="further fields that differ")


class ComparisonSerializer(serializers.Serializer[Any]):
    """`recipes`: fields in which the recipes differ; `genes`: of networks, the places at which their cells do."""

    kind = serializers.ChoiceField(choices=("studies", "architectures"))
    subjects = ComparedSerializer(many=True)
    recipes = RecipeDifferenceSerializer()
    genes = RecipeDifferenceSerializer()
