"""What the API takes and gives of candidates and their networks."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from webapp.api.serializers.previews import CostSerializer
from webapp.runs.models import Architecture, Candidate
from webapp.runs.selectors.candidates import ORDERS


class CandidateFilterSerializer(serializers.Serializer[Any]):
    """Which candidates, and in what order."""

    status = serializers.ChoiceField(choices=Candidate.Status.choices, required=False)
    stage = serializers.IntegerField(required=False, min_value=0)
    reason = serializers.CharField(required=False)
    architecture = serializers.CharField(required=False, help_text="key")
    min_score = serializers.FloatField(required=False)
    max_params = serializers.IntegerField(required=False, min_value=0)
    max_madds = serializers.IntegerField(required=False, min_value=0)
    order = serializers.ChoiceField(choices=list(ORDERS), default="number")


class CandidateSerializer(serializers.ModelSerializer[Candidate]):
    architecture = serializers.CharField(source="architecture.key")
    genes = serializers.ListField(child=serializers.CharField(), source="architecture.genes")
    fidelity = serializers.DictField()
    parents = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = Candidate
        fields = (
            "number",
            "stage",
            "architecture",
            "genes",
            "fidelity",
            "repeat",
            "parents",
            "status",
            "score",
            "params",
            "madds",
            "reason",
            "message",
        )


class ArchitectureSerializer(serializers.ModelSerializer[Architecture]):
    genes = serializers.ListField(child=serializers.CharField())
    best = serializers.FloatField(help_text="its best score")
    params = serializers.IntegerField()
    madds = serializers.IntegerField()
    answers = serializers.IntegerField(help_text="how often it was scored")

    class Meta:
        model = Architecture
        fields = ("key", "genes", "best", "params", "madds", "answers")


class NetworkSerializer(serializers.Serializer[Any]):
    """One network: document, layers with their costs, a graph for each place, and what candidates said of it."""

    key = serializers.CharField()
    document = serializers.DictField()
    cost = CostSerializer()
    layers = serializers.ListField(child=serializers.DictField())
    cells = serializers.ListField(child=serializers.DictField())
    candidates = CandidateSerializer(many=True)
