"""What the API takes and gives of saved spaces."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from webapp.spaces.models import SavedSpace


class SpaceFiguresSerializer(serializers.Serializer[Any]):
    """`options`: of each layer group, how many operators its networks use; `diversity`: mean edits between two of them."""

    size = serializers.CharField(help_text="networks in it, as text: there may be more than a number of JSON holds")
    shrunk = serializers.BooleanField(help_text="whether its networks are listed one by one")
    places = serializers.IntegerField()
    options = serializers.DictField(child=serializers.IntegerField())
    diversity = serializers.FloatField()
    released = serializers.BooleanField(help_text="whether the form of AutoSpace's authors can hold it")


class SavedSpaceSerializer(serializers.ModelSerializer[SavedSpace]):
    figures = SpaceFiguresSerializer()
    study = serializers.UUIDField(source="run.study_id", allow_null=True, default=None)

    class Meta:
        model = SavedSpace
        fields: tuple[str, ...] = (
            "id",
            "team",
            "name",
            "version",
            "digest",
            "figures",
            "study",
            "run",
            "stage",
            "created",
        )


class WholeSpaceSerializer(SavedSpaceSerializer):
    document = serializers.JSONField(read_only=True, help_text="for a recipe's `space`: kind saved, document this")

    class Meta(SavedSpaceSerializer.Meta):
        fields = (*SavedSpaceSerializer.Meta.fields, "document")


class NewSpaceSerializer(serializers.Serializer[Any]):
    """The space that a run's stage concluded, or a document in its place."""

    run = serializers.UUIDField(required=False)
    stage = serializers.IntegerField(
        required=False, min_value=0, max_value=1000, help_text="default: the last one that concluded a space"
    )
    document = serializers.DictField(required=False, help_text="a space's document, in place of a run")
    name = serializers.CharField(
        required=False, max_length=120, help_text="default: after study and stage; one that is there gets a new version"
    )
    team = serializers.UUIDField(required=False, help_text="of a document; default: your only team")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("run" in attrs) == ("document" in attrs):
            raise serializers.ValidationError({"run": "give either a run or a document"})
        if "document" in attrs and "name" not in attrs:
            raise serializers.ValidationError({"name": "a document needs a name"})
        return attrs


class SpaceMadeSerializer(serializers.Serializer[Any]):
    """`saved`: the newest saved space of it, null where nobody saved it."""

    stage = serializers.IntegerField()
    name = serializers.CharField(help_text="of the stage")
    size = serializers.CharField()
    shrunk = serializers.BooleanField()
    saved = serializers.UUIDField(allow_null=True)
