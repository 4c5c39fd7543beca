"""Runs in the admin."""

from __future__ import annotations

from django.contrib import admin

from webapp.admin import ReadOnly
from webapp.runs.models import (
    Architecture,
    Artifact,
    Candidate,
    DeletedRun,
    Event,
    Floor,
    Run,
    RunEnvironment,
    Share,
    Tally,
    Work,
    Worker,
)


@admin.register(Run)
class RunAdmin(ReadOnly):
    list_display = ("id", "study", "status", "wanted", "last_seq", "created", "ended")
    list_filter = ("status",)


@admin.register(Work)
class WorkAdmin(ReadOnly):
    list_display = ("key", "run", "status", "attempt", "deaths", "owner", "heartbeat", "told")
    list_filter = ("status", "kind")


@admin.register(Event)
class EventAdmin(ReadOnly):
    list_display = ("seq", "kind", "key", "run", "created")
    list_filter = ("kind",)


@admin.register(Architecture)
class ArchitectureAdmin(ReadOnly):
    list_display = ("key", "kind", "skeleton")


@admin.register(Candidate)
class CandidateAdmin(ReadOnly):
    list_display = ("architecture", "run", "stage", "status", "score", "params", "madds", "reason")
    list_filter = ("status",)


@admin.register(Tally)
class TallyAdmin(ReadOnly):
    list_display = ("run", "stage", "status", "count")


@admin.register(Artifact)
class ArtifactAdmin(ReadOnly):
    list_display = ("key", "run", "size", "sha256")


@admin.register(RunEnvironment)
class RunEnvironmentAdmin(ReadOnly):
    list_display = ("run", "digest", "__str__")


@admin.register(DeletedRun)
class DeletedRunAdmin(ReadOnly):
    list_display = ("run", "deleted")


@admin.register(Worker)
class WorkerAdmin(ReadOnly):
    list_display = ("name", "seen")


@admin.register(Share)
class ShareAdmin(ReadOnly):
    list_display = ("team", "seconds")


@admin.register(Floor)
class FloorAdmin(ReadOnly):
    list_display = ("seconds",)
