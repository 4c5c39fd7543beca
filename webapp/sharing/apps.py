"""Sharing: links by which anybody may read one thing."""

from django.apps import AppConfig
from django.db.models.signals import pre_delete


class SharingConfig(AppConfig):
    name = "webapp.sharing"
    label = "sharing"

    def ready(self) -> None:
        from webapp.runs.models import Run
        from webapp.sharing.services.share import end_shares_of
        from webapp.studies.models import Study

        for model in (Study, Run):
            pre_delete.connect(end_shares_of, sender=model, dispatch_uid=f"end shares of {model.__name__}")
