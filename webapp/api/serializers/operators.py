"""What the API takes and gives of operators that a team declares."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from nas_engine.catalog import declaration_schema
from webapp.api.serializers.previews import CostSerializer


@extend_schema_field(declaration_schema())
class DeclarationField(serializers.JSONField):
    """A declared operator: GET /catalog/ has its schema."""


class DeclarationRequestSerializer(serializers.Serializer[Any]):
    """A declared operator, or the label of any, and the place that it is looked at in."""

    declaration = DeclarationField(required=False)
    label = serializers.CharField(  # type: ignore[assignment]  # a field of this name, not the serializer's own label
        required=False, max_length=600, help_text="in place of a declaration"
    )
    channels = serializers.IntegerField(default=32, min_value=1, max_value=4096, help_text="that come in")
    out = serializers.IntegerField(default=32, min_value=1, max_value=4096, help_text="channels that go out")
    height = serializers.IntegerField(default=16, min_value=1, max_value=1024)
    width = serializers.IntegerField(default=16, min_value=1, max_value=1024)
    stride = serializers.IntegerField(default=1, min_value=1, max_value=4)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("declaration" in attrs) == ("label" in attrs):
            raise serializers.ValidationError({"declaration": "give either a declaration or a label"})
        return attrs


class GraphNodeSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    kind = serializers.CharField()
    title = serializers.CharField()
    shape = serializers.CharField(help_text="of what it gives")
    cost = CostSerializer()


class GraphSerializer(serializers.Serializer[Any]):
    """A drawing: steps, and which follows which; `x` is the input."""

    title = serializers.CharField()
    nodes = GraphNodeSerializer(many=True)
    edges = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))
    output = serializers.CharField(help_text="the step that gives what goes out")


class OperatorLayerSerializer(serializers.Serializer[Any]):
    path = serializers.CharField()
    layer = serializers.CharField()
    output = serializers.CharField(help_text="channels x height x width")
    cost = CostSerializer()


class OperatorPreviewSerializer(serializers.Serializer[Any]):
    """An operator at a place: `output` is what goes out, `graph` its drawing as nodes and edges."""

    label = serializers.CharField()  # type: ignore[assignment]  # as above
    cost = CostSerializer()
    output = serializers.CharField(help_text="channels x height x width")
    layers = OperatorLayerSerializer(many=True)
    graph = GraphSerializer()
