"""The rows of a run. The database is the truth; messages are hints.

Every write of a worker carries `where attempt = mine`; a run's state changes only by compare-and-swap on `state_version`.
"""

from __future__ import annotations

import uuid

from django.db import models

from webapp.accounts.models import Team
from webapp.studies.models import Study


class Run(models.Model):
    """One execution of a study's recipe. `wanted` is what the user asked for, `status` is what is so."""

    class Status(models.TextChoices):
        RUNNING = "running"
        FINISHED = "finished"
        INFEASIBLE = "infeasible"
        FAILED = "failed"
        CANCELLED = "cancelled"

    class Wanted(models.TextChoices):
        RUN = "run"
        PAUSE = "pause"
        FINISH = "finish"  # conclude with what there is, retrain, export
        CANCEL = "cancel"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="runs")
    recipe = models.JSONField()
    extends = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="extensions")  # see `extend`
    slots = models.PositiveSmallIntegerField(default=1)  # Work that may be out at once; one is exactly reproducible
    state = models.JSONField(null=True)  # the engine's; null before the first decision
    state_version = models.PositiveBigIntegerField(default=0)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.RUNNING)
    wanted = models.CharField(max_length=6, choices=Wanted.choices, default=Wanted.RUN)
    reason = models.TextField(blank=True)
    last_seq = models.PositiveBigIntegerField(default=0)
    created = models.DateTimeField(auto_now_add=True)
    ended = models.DateTimeField(null=True)
    notified = models.DateTimeField(null=True)  # the `ended` that who submitted it was told of

    class Meta:
        indexes = (
            models.Index(fields=("ended",), name="run_by_end"),
            models.Index(fields=("wanted", "study"), condition=models.Q(status="running"), name="run_going_on"),
        )
        ordering = ("-created",)

    def __str__(self) -> str:
        return f"{self.study.name} ({self.status})"


class RunEnvironment(models.Model):
    """Where some of a run was done: `nas_engine.fingerprint`, and the device."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="environments")
    digest = models.CharField(max_length=16)
    facts = models.JSONField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("run", "digest"), name="one_environment_a_run"),)

    def __str__(self) -> str:
        return ", ".join(f"{name} {value}" for name, value in self.facts.items())


class DeletedRun(models.Model):
    """A run that was deleted, until its files are surely gone: a kill may come between, or a worker write once more."""

    run = models.UUIDField(primary_key=True)
    deleted = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.run)


GOING_ON = (Run.Wanted.RUN, Run.Wanted.FINISH)  # what a run that is worked on is wanted to do


class Work(models.Model):
    """One thing for one worker to do. Claimed by moving it from queued to running, one row changed or not."""

    class Status(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        DROPPED = "dropped"  # its run ended without it

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="works")
    key = models.CharField(max_length=120)
    ordinal = models.PositiveIntegerField()
    kind = models.CharField(max_length=32)
    value = models.JSONField()  # the engine's Work
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.QUEUED)
    attempt = models.PositiveIntegerField(default=0)
    deaths = models.PositiveSmallIntegerField(default=0)  # since the last new checkpoint
    owner = models.CharField(max_length=200, blank=True)
    heartbeat = models.DateTimeField(null=True)
    queued = models.DateTimeField()  # since when it waits
    sent = models.DateTimeField(null=True)  # when the sweeper last sent it again
    progress = models.JSONField(default=dict)  # gauges: overwritten, never history
    checkpoint = models.JSONField(null=True)  # the engine's: the newest one, and the one before
    seconds = models.FloatField(default=0.0)  # device seconds of all attempts
    result = models.JSONField(null=True)
    evaluations = models.PositiveIntegerField(default=0)  # in the result
    reason = models.CharField(max_length=32, blank=True)  # why it, or a candidate of it, failed: of a closed list
    ended = models.DateTimeField(null=True)  # when its result came
    told = models.BooleanField(default=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("run", "key"), name="one_work_a_key"),)
        indexes = (
            models.Index(fields=("status", "heartbeat"), name="work_by_status"),
            models.Index(fields=("run", "told", "status"), name="work_of_run"),
            models.Index(fields=("run", "ordinal"), name="work_by_ordinal"),
            models.Index(fields=("owner", "status"), name="work_by_owner"),
            models.Index(fields=("ended",), name="work_by_end"),
            # the oldest that waits of each run: who is next is known without a walk through the queue
            models.Index(fields=("run", "queued", "ordinal"), condition=models.Q(status="queued"), name="work_next"),
        )
        ordering = ("ordinal",)

    def __str__(self) -> str:
        return f"{self.key} ({self.status})"


class Share(models.Model):
    """What a team has had of the devices, as the queue counts it to be fair; see `webapp.runs.services.turn`."""

    team = models.OneToOneField(Team, on_delete=models.CASCADE, primary_key=True, related_name="share")
    seconds = models.FloatField(default=0.0)  # device seconds; never below the floor once its Work is claimed

    def __str__(self) -> str:
        return f"{self.seconds:.0f} s of {self.team}"


class Floor(models.Model):
    """The one row that says what every team counts for at least: who was away has saved nothing up."""

    seconds = models.FloatField(default=0.0)

    def __str__(self) -> str:
        return f"{self.seconds:.0f} s"


class Worker(models.Model):
    """A worker that a launcher says is up. What it does is in the Work that it owns."""

    name = models.CharField(max_length=200, unique=True)  # <host>/<device>, the owner of its Work
    seen = models.DateTimeField()  # by the database's clock
    clock = models.DateTimeField(null=True)  # of the worker's own machine, when it was seen
    began = models.DateTimeField(null=True)  # its process, by the database's clock
    version = models.CharField(max_length=40, blank=True)
    slots = models.PositiveSmallIntegerField(default=1)  # Work that it does at once

    def __str__(self) -> str:
        return self.name


class Event(models.Model):
    """A fact. `seq` is contiguous in its run; a repeated key is ignored."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="events")
    key = models.CharField(max_length=160)
    seq = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=32)
    payload = models.JSONField()
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("run", "key"), name="one_event_a_key"),
            models.UniqueConstraint(fields=("run", "seq"), name="one_event_a_seq"),
        )
        indexes = (models.Index(fields=("run", "kind", "seq"), name="event_by_kind"),)  # the newest of a kind
        ordering = ("seq",)

    def __str__(self) -> str:
        return f"{self.seq}: {self.kind}"


class Architecture(models.Model):
    """One network of a space, whoever asked about it. Without weights."""

    kind = models.CharField(max_length=32)  # of the space
    skeleton = models.CharField(max_length=16)  # digest of the space's skeleton
    key = models.CharField(max_length=16)
    genes = models.JSONField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("skeleton", "key"), name="one_architecture_a_key"),)
        indexes = (models.Index(fields=("key",), name="architecture_by_key"),)

    def __str__(self) -> str:
        return self.key


def _scored(*fields: str, name: str) -> models.Index:
    """An index of those that have the figure before `number`: whoever orders by it wants no others."""
    figure = fields[-2].removeprefix("-")
    return models.Index(fields=fields, condition=models.Q(**{f"{figure}__isnull": False}), name=name)


class Candidate(models.Model):
    """A network that was asked about, with its answer. Drawn from events; lists and the cache read it."""

    class Status(models.TextChoices):
        SCORED = "scored"
        FAILED = "failed"

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="candidates")
    number = models.PositiveBigIntegerField()  # seq of its event
    stage = models.PositiveSmallIntegerField()
    architecture = models.ForeignKey(Architecture, on_delete=models.PROTECT, related_name="candidates")
    fidelity = models.JSONField()
    repeat = models.PositiveSmallIntegerField(default=0)
    parents = models.JSONField(default=list)  # keys
    scope = models.CharField(max_length=16, blank=True)  # answers of one scope are comparable
    question = models.CharField(max_length=40, blank=True)  # scope and candidate key: the same question has the same
    status = models.CharField(max_length=6, choices=Status.choices)
    score = models.FloatField(null=True)
    improved = models.BooleanField(
        default=False
    )  # better than all before it in its stage: a point of the best-so-far curve
    params = models.PositiveBigIntegerField(null=True)
    madds = models.PositiveBigIntegerField(null=True)
    reason = models.CharField(max_length=32, blank=True)
    message = models.TextField(blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("run", "number"), name="one_candidate_a_number"),)
        indexes = (
            # What a table is ordered by, alone and within a stage; read from either end.
            _scored("run", "-score", "number", name="candidate_by_best"),
            _scored("run", "stage", "-score", "number", name="candidate_top_of_stage"),
            _scored("run", "params", "number", name="candidate_by_params"),
            _scored("run", "stage", "params", "number", name="candidate_stage_params"),
            _scored("run", "madds", "number", name="candidate_by_madds"),
            _scored("run", "stage", "madds", "number", name="candidate_stage_madds"),
            models.Index(fields=("run", "status", "number"), name="candidate_by_status"),
            models.Index(fields=("run", "stage", "status", "number"), name="candidate_stage_status"),
            models.Index(fields=("run", "architecture", "number"), name="candidate_by_architecture"),
            models.Index(fields=("run", "stage", "number"), name="candidate_by_stage"),
            # with status, although a question is one: else SQLite takes the index by status, and walks the run
            models.Index(fields=("run", "question", "status"), name="candidate_by_question"),
            models.Index(fields=("run", "stage", "status", "reason", "number"), name="candidate_counts"),
            models.Index(
                fields=("run", "stage", "number"), condition=models.Q(improved=True), name="candidate_improvements"
            ),
        )
        ordering = ("number",)

    def __str__(self) -> str:
        return f"{self.architecture}: {self.score}"


class Tally(models.Model):
    """How many answers of a kind a stage of a run has, written with them: a page says it without counting."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="tallies")
    stage = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=6, choices=Candidate.Status.choices)
    count = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("run", "stage", "status"), name="one_tally_a_status"),)
        verbose_name_plural = "tallies"

    def __str__(self) -> str:
        return f"{self.count} {self.status}"


class Artifact(models.Model):
    """A stored file of a run: checkpoints, supernets, weights, exports."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="artifacts")
    key = models.CharField(max_length=200)
    file = models.CharField(max_length=400)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("run", "key", "sha256"), name="one_artifact_a_content"),)

    def __str__(self) -> str:
        return self.key
