"""What the API takes and gives of runs, their events and files."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from nas_engine.events import FACTS
from webapp.runs.models import Run
from webapp.runs.selectors.runs import shown


class RunSerializer(serializers.ModelSerializer[Run]):
    """`wanted` is what was asked for, `status` what is so; `shown` is one word for both."""

    shown = serializers.SerializerMethodField()

    class Meta:
        model = Run
        fields = (
            "id",
            "study",
            "status",
            "wanted",
            "shown",
            "reason",
            "slots",
            "extends",
            "last_seq",
            "created",
            "ended",
        )
        read_only_fields = fields

    def get_shown(self, run: Run) -> str:
        return shown(run)


class NewRunSerializer(serializers.Serializer[Any]):
    slots = serializers.IntegerField(default=1, min_value=1, max_value=256)


class RetrainSerializer(serializers.Serializer[Any]):
    """What is left out stays as the run's recipe has it."""

    epochs = serializers.IntegerField(required=False, min_value=1, max_value=10_000)
    seeds = serializers.IntegerField(required=False, min_value=1, max_value=100, help_text="for each of the two")
    name = serializers.CharField(required=False, max_length=120, help_text="of the new study")


class ExtendSerializer(serializers.Serializer[Any]):
    """What is added to the run's budget; one of them at least."""

    evaluations = serializers.IntegerField(required=False, min_value=0, max_value=1_000_000)
    device_seconds = serializers.FloatField(required=False, min_value=0, max_value=1e9)
    generations = serializers.IntegerField(required=False, min_value=0, max_value=100_000)


class AskedSerializer(serializers.Serializer[Any]):
    """`changed`: how many runs it made a difference to."""

    changed = serializers.IntegerField()


class EventSerializer(serializers.Serializer[Any]):
    """As the socket sends it. `payload` is the fact that `kind` names."""

    seq = serializers.IntegerField()
    key = serializers.CharField()
    kind = serializers.ChoiceField(choices=[fact.kind for fact in FACTS])
    payload = serializers.DictField()
    at = serializers.CharField()


class EventsSerializer(serializers.Serializer[Any]):
    """`last_seq`: the run's newest; ask again with `since` = the last one you have."""

    last_seq = serializers.IntegerField()
    events = EventSerializer(many=True)


class CursorSerializer(serializers.Serializer[Any]):
    since = serializers.IntegerField(default=0, min_value=0)
    limit = serializers.IntegerField(default=500, min_value=1, max_value=1000)


class FileSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()
    url = serializers.CharField()


class BestSerializer(serializers.Serializer[Any]):
    """The best answer of the newest stage that has one. Nobody has retrained it: its files hold no weights, and say so."""

    architecture = serializers.CharField(help_text="key")
    stage = serializers.CharField(help_text="name of the stage that scored it")
    score = serializers.FloatField()
    params = serializers.IntegerField()
    madds = serializers.IntegerField()
    files = FileSerializer(many=True)
