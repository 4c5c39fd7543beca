"""What the API takes and gives of links, comparisons, notes, tags and pins. Field for field what the OpenAPI document says."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from webapp.library.models import Pin
from webapp.notes.services.note import LONGEST
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


@extend_schema_serializer(component_name="RecipeDifference")
class DifferenceSerializer(serializers.Serializer[Any]):
    fields = DifferingFieldSerializer(many=True)  # type: ignore[assignment]
    more = serializers.IntegerField(help_text="further fields that differ")


class ComparisonSerializer(serializers.Serializer[Any]):
    """`recipes`: fields in which the recipes differ; `genes`: of networks, the places at which their cells do."""

    kind = serializers.ChoiceField(choices=("studies", "architectures"))
    subjects = ComparedSerializer(many=True)
    recipes = DifferenceSerializer()
    genes = DifferenceSerializer()


class NoteSerializer(serializers.Serializer[Any]):
    """Markdown, and as pages show it: `html` is sanitised. `version` counts the writings; 0, and no text, where there is none."""

    text = serializers.CharField(allow_blank=True)
    html = serializers.CharField(allow_blank=True)
    version = serializers.IntegerField()
    edited_by = serializers.UUIDField(allow_null=True)
    edited = serializers.DateTimeField(allow_null=True)


class NewNoteSerializer(serializers.Serializer[Any]):
    text = serializers.CharField(allow_blank=True, max_length=LONGEST, help_text="Markdown; none takes the note away")
    version = serializers.IntegerField(
        required=False, min_value=0, max_value=2**31 - 1, help_text="that you have read: 409 where there is a newer one"
    )


class TagsSerializer(serializers.Serializer[Any]):
    """The tags of a study: small letters, no commas."""

    tags = serializers.ListField(child=serializers.CharField(max_length=200), max_length=100)


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
