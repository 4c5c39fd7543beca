"""What the API takes and gives. Field for field what the OpenAPI document says."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from nas_engine.catalog import declaration_schema
from nas_engine.events import FACTS
from webapp.accounts.models import Team, Token, User
from webapp.accounts.selectors import chosen_team, role_in, teams_of
from webapp.bundles.selectors import came_out
from webapp.datasets.models import Dataset, DatasetVersion, Upload, UploadedFile
from webapp.operators.models import OperatorSet, OperatorSetVersion
from webapp.runs.models import Architecture, Candidate, Run
from webapp.runs.selectors.candidates import ORDERS
from webapp.runs.selectors.runs import shown
from webapp.spaces.models import SavedSpace
from webapp.studies.models import Study


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


class TeamSerializer(serializers.ModelSerializer[Team]):
    role = serializers.SerializerMethodField()

    class Meta:
        model = Team
        fields = ("id", "name", "role")

    def get_role(self, team: Team) -> str:
        """The asking user's."""
        return str(role_in(self.context["request"].user, team))


class MeSerializer(serializers.ModelSerializer[User]):
    teams = serializers.SerializerMethodField()
    chosen_team = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = ("id", "email", "name", "teams", "chosen_team")

    @extend_schema_field(serializers.UUIDField(allow_null=True))
    def get_chosen_team(self, user: User) -> str | None:
        """Whose things the pages list, and where new ones go; null: all your teams'."""
        team = chosen_team(user)
        return None if team is None else str(team.pk)

    def get_teams(self, user: User) -> list[dict[str, Any]]:
        return list(TeamSerializer(teams_of(user).order_by("name"), many=True, context=self.context).data)


class TokenSerializer(serializers.ModelSerializer[Token]):
    class Meta:
        model = Token
        fields = ("id", "name", "scope", "team", "created", "used", "expires")
        read_only_fields = ("id", "team", "created", "used")
        extra_kwargs: ClassVar = {"scope": {"help_text": "what it may do at most; each includes those before it"}}


class MakeTokenSerializer(serializers.Serializer[Any]):
    """What is left out limits nothing but the scope: that is then `write`."""

    name = serializers.CharField(max_length=120)
    scope = serializers.ChoiceField(
        Token.Scope.choices, default=Token.Scope.WRITE.value, help_text="what it may do at most: see, change, or all"
    )
    team = serializers.UUIDField(required=False, allow_null=True, help_text="the only team that it sees")
    expires = serializers.DateTimeField(required=False, allow_null=True, help_text="when it ends by itself")

    def validate_expires(self, expires: datetime | None) -> datetime | None:
        if expires is not None and expires <= timezone.now():
            raise serializers.ValidationError("it has to be in the future")
        return expires


class NewTokenSerializer(TokenSerializer):
    """`token` is shown this once."""

    token = serializers.CharField(read_only=True)

    class Meta(TokenSerializer.Meta):
        fields = (*TokenSerializer.Meta.fields, "token")  # type: ignore[assignment]


class TemplateSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    title = serializers.CharField()
    recipe = serializers.JSONField()


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


class VersionSerializer(serializers.ModelSerializer[DatasetVersion]):
    """`facts.recipe` is what a recipe's `task.data` is to be; built-in data is named there instead."""

    facts = serializers.DictField()

    class Meta:
        model = DatasetVersion
        fields = ("id", "sha256", "facts", "size", "created")


class WholeVersionSerializer(VersionSerializer):
    """With what the check found: classes, counts, what failed and why, leakage between splits."""

    report = serializers.DictField()

    class Meta(VersionSerializer.Meta):
        fields = (*VersionSerializer.Meta.fields, "dataset", "report")  # type: ignore[assignment]


class PictureSerializer(serializers.Serializer[Any]):
    side = serializers.IntegerField(
        required=False, min_value=4, max_value=512, help_text="pixels of the longer side, at most"
    )


class DatasetSerializer(serializers.ModelSerializer[Dataset]):
    versions = VersionSerializer(many=True)

    class Meta:
        model = Dataset
        fields = ("id", "team", "name", "created", "versions")


@extend_schema_field(declaration_schema())
class DeclarationField(serializers.JSONField):
    """A declared operator: GET /catalog/ has its schema."""


class OperatorSetVersionSerializer(serializers.ModelSerializer[OperatorSetVersion]):
    labels = serializers.ListField(child=serializers.CharField())
    declared = serializers.ListField(child=DeclarationField())

    class Meta:
        model = OperatorSetVersion
        fields = ("id", "number", "labels", "declared", "digest", "created")


class OperatorSetSerializer(serializers.ModelSerializer[OperatorSet]):
    """`retired`: since when it is no longer offered; null where it is."""

    versions = OperatorSetVersionSerializer(many=True)

    class Meta:
        model = OperatorSet
        fields = ("id", "team", "name", "created", "retired", "versions")


class LabelsSerializer(serializers.Serializer[Any]):
    labels = serializers.ListField(
        child=serializers.CharField(max_length=600),
        min_length=1,
        max_length=64,
        help_text="of operators, or the names of `declared` ones",
    )
    declared = serializers.ListField(
        child=DeclarationField(),
        required=False,
        max_length=32,
        help_text="the team's own operators, each with its name",
    )


class NewOperatorSetSerializer(LabelsSerializer):
    name = serializers.CharField(max_length=120)
    team = serializers.UUIDField(required=False, help_text="default: your only team")


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


class UploadedFileSerializer(serializers.ModelSerializer[UploadedFile]):
    """`url` takes the file by tus 1.0; `received` is the offset to go on at."""

    url = serializers.SerializerMethodField()

    class Meta:
        model = UploadedFile
        fields = ("id", "name", "split", "size", "received", "url")

    def get_url(self, file: UploadedFile) -> str:
        return str(self.context["request"].build_absolute_uri(reverse("api:uploaded-file", args=(file.pk,))))


class ProgressSerializer(serializers.Serializer[Any]):
    """Images that were read, of how many; empty before the check, `total` null while they are counted."""

    done = serializers.IntegerField(required=False)
    total = serializers.IntegerField(required=False, allow_null=True)


class UploadSerializer(serializers.ModelSerializer[Upload]):
    """`status`: receiving, queued, checking, then ready (`version` is there) or refused (`failure` says why)."""

    name = serializers.CharField(source="dataset.name")
    team = serializers.UUIDField(source="dataset.team_id")
    files = UploadedFileSerializer(many=True)
    progress = ProgressSerializer()

    class Meta:
        model = Upload
        fields = (
            "id",
            "dataset",
            "name",
            "team",
            "status",
            "size",
            "side",
            "files",
            "progress",
            "failure",
            "version",
            "expires",
            "created",
        )


class AnnouncedSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=255)
    size = serializers.IntegerField(min_value=0, help_text="bytes")
    split = serializers.ChoiceField(choices=UploadedFile.Split.choices, default="train")


class NewUploadSerializer(serializers.Serializer[Any]):
    """Data by a name, in these files. A name that the team has already gets a new version."""

    name = serializers.CharField(max_length=120)
    team = serializers.UUIDField(required=False, help_text="default: your only team")
    side = serializers.IntegerField(
        required=False, allow_null=True, min_value=4, max_value=512, help_text="pixels that each image is resized to"
    )
    files = AnnouncedSerializer(many=True, allow_empty=False)
