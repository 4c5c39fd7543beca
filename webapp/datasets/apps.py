"""Datasets."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class DatasetsConfig(AppConfig):
    name = "webapp.datasets"
    label = "datasets"

    def ready(self) -> None:
        from webapp.datasets.services.built_in import register_built_in

        post_migrate.connect(register_built_in, sender=self)
