"""What the API takes and gives of studies."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from webapp.api.serializers.runs import RunSerializer
from webapp.bundles.selectors import came_out
from webapp.operators.models import OperatorSetVersion
from webapp.studies.models import Study


class TemplateSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    title = serializers.CharField()
    recipe = serializers.JSONField()


class PinnedOperatorsSerializer(serializers.ModelSerializer[OperatorSetVersion]):
    """The version of a saved set that a study's operators were taken from."""

    name = serializers.CharField(source="operator_set.name")

    class Meta:
        model = OperatorSetVersion
        fields = ("id", "operator_set", "name", "number")


class StudySerializer(serializers.ModelSerializer[Study]):
    run_count = serializers.IntegerField(read_only=True, default=0)
    tags: Any = serializers.SlugRelatedField(slug_field="name", many=True, read_only=True)

    class Meta:
        model = Study
        fields = ("id", "team", "name", "created_by", "created", "run_count", "tags")
        read_only_fields = ("id", "team", "created_by", "created")


class DifferenceSerializer(serializers.Serializer[Any]):
    """The first fact that differs; `number` is null for the state that the run ended in."""

    number = serializers.IntegerField(allow_null=True)
    key = serializers.CharField()
    kind = serializers.CharField()
    field = serializers.CharField(help_text="dotted path within the fact")
    theirs = serializers.CharField()
    ours = serializers.CharField()


class OriginSerializer(serializers.Serializer[Any]):
    """The bundle that a study was made from, and whether its newest compared run came out as that says."""

    name = serializers.CharField(source="origin.name")
    status = serializers.CharField(source="origin.status")
    history_digest = serializers.CharField(source="origin.history_digest")
    outcome = serializers.ChoiceField(choices=("pending", "equal", "different", "incomparable"))
    said = serializers.CharField()
    run = serializers.UUIDField(source="comparison.run_id", allow_null=True, default=None)
    difference = DifferenceSerializer(source="comparison.difference", allow_null=True, default=None)
    elsewhere = serializers.ListField(
        child=serializers.CharField(), source="comparison.elsewhere", default=list, help_text="how environments differ"
    )


class WholeStudySerializer(StudySerializer):
    """With its recipe and runs."""

    runs = RunSerializer(many=True, read_only=True)
    recipe = serializers.JSONField(read_only=True)
    operator_set_version = PinnedOperatorsSerializer(read_only=True, allow_null=True)
    origin = serializers.SerializerMethodField()

    class Meta(StudySerializer.Meta):
        fields = (*StudySerializer.Meta.fields, "recipe", "operator_set_version", "origin", "runs")  # type: ignore[assignment]

    @extend_schema_field(OriginSerializer(allow_null=True))
    def get_origin(self, study: Study) -> dict[str, Any] | None:
        """The bundle that it was made from; null where it was not."""
        found = came_out(study)
        return None if found is None else dict(OriginSerializer(found).data)


class NewStudySerializer(serializers.Serializer[Any]):
    """A recipe, or the name of a template."""

    recipe = serializers.DictField(required=False, help_text="a recipe; GET /catalog/ says what it may hold")
    template = serializers.CharField(required=False, help_text="the name of a template, in place of a recipe")
    name = serializers.CharField(required=False, max_length=120, help_text="default: the recipe's name")
    team = serializers.UUIDField(required=False, help_text="default: your only team")
    slots = serializers.IntegerField(
        default=1, min_value=1, max_value=256, help_text="Work that may be out at once; one is exactly reproducible"
    )
    start = serializers.BooleanField(default=True, help_text="begin a run at once")
    operator_set_version = serializers.UUIDField(
        required=False, help_text="the version of a saved set that the recipe's operators are; the study remembers it"
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("recipe" in attrs) == ("template" in attrs):
            raise serializers.ValidationError({"recipe": "give either a recipe or a template"})
        return attrs


class RenameSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=120)
