"""Runs: rows, queue and workers."""

from django.apps import AppConfig
from django.db.models.signals import post_delete


class RunsConfig(AppConfig):
    name = "webapp.runs"
    label = "runs"

    def ready(self) -> None:
        from webapp.accounts.signals import membership_ended
        from webapp.live.broadcast import look_again
        from webapp.runs.models import Run
        from webapp.runs.services.delete import remember_deleted

        post_delete.connect(remember_deleted, sender=Run, dispatch_uid="remember_deleted")
        membership_ended.connect(look_again, dispatch_uid="look_again")
