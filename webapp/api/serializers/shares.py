"""What the API takes and gives of public links."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers

from webapp.sharing.models import Share, Subject
from webapp.sharing.subjects import MOST


class SubjectSerializer(serializers.ModelSerializer[Subject]):
    """A study, or with `run` and `architecture` a network of it."""

    architecture = serializers.CharField(source="key", allow_blank=True, help_text="key; empty for a study")

    class Meta:
        model = Subject
        fields = ("study", "run", "architecture")


class ShareSerializer(serializers.ModelSerializer[Share]):
    """`subjects`: what it shows, in order; of a space `space` in their place. `state` is live, expired or revoked."""

    subjects = SubjectSerializer(many=True)
    state = serializers.ChoiceField(choices=("live", "expired", "revoked"))
    kind = serializers.ChoiceField(choices=Share.Kind.choices)

    class Meta:
        model = Share
        fields: tuple[str, ...] = (
            "id",
            "team",
            "kind",
            "subjects",
            "space",
            "with_files",
            "state",
            "created_by",
            "created",
            "expires",
            "revoked",
            "opened",
            "last_opened",
        )
        extra_kwargs: ClassVar = {"space": {"allow_null": True}}


class NewlyMadeShareSerializer(ShareSerializer):
    """`url` is shown this once: only a digest of its token is kept."""

    url = serializers.CharField()

    class Meta(ShareSerializer.Meta):
        fields = (*ShareSerializer.Meta.fields, "url")


class NetworkNameSerializer(serializers.Serializer[Any]):
    """A network of a run."""

    run = serializers.UUIDField()
    architecture = serializers.CharField(max_length=16, help_text="key")


class NewShareSerializer(serializers.Serializer[Any]):
    """One of: `study`; `run` with `architecture`; `space`; `studies` or `architectures`, which are compared."""

    study = serializers.UUIDField(required=False)
    run = serializers.UUIDField(required=False)
    architecture = serializers.CharField(required=False, max_length=16, help_text="key, of a network of the run")
    space = serializers.UUIDField(required=False)
    studies = serializers.ListField(child=serializers.UUIDField(), required=False, min_length=1, max_length=MOST)
    architectures = NetworkNameSerializer(  # type: ignore[call-arg]  # `many` takes a length
        many=True, required=False, allow_empty=False, max_length=MOST
    )
    expires = serializers.DateTimeField(required=False, help_text="within a year; default: in thirty days")
    with_files = serializers.BooleanField(default=False, help_text="exports may be downloaded by it")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        named = [name for name in ("study", "run", "space", "studies", "architectures") if name in attrs]
        if len(named) != 1:
            raise serializers.ValidationError(
                {
                    "study": f"got {', '.join(named) or 'nothing'}, wanted one of study, run, space, studies, architectures"
                }
            )
        if ("run" in attrs) != ("architecture" in attrs):
            raise serializers.ValidationError({"architecture": "a run and an architecture name a network together"})
        return attrs
