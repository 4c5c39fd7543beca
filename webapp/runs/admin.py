"""Runs in the admin: to look at, not to change."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from webapp.runs.models import Artifact, Candidate, Event, Run, Work


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows that only services write."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


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


@admin.register(Candidate)
class CandidateAdmin(ReadOnly):
    list_display = ("architecture", "run", "stage", "status", "score", "params", "madds", "reason")
    list_filter = ("status",)


@admin.register(Artifact)
class ArtifactAdmin(ReadOnly):
    list_display = ("key", "run", "size", "sha256")
