"""Running the studio: readiness, metrics, backups."""

from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "webapp.operations"
    label = "operations"
