"""Webhooks: what happens to a team's runs, told to servers of its own."""

from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "webapp.webhooks"
    label = "webhooks"

    def ready(self) -> None:
        from webapp.runs.signals import facts_written
        from webapp.webhooks.services.enqueue import enqueue

        facts_written.connect(enqueue, dispatch_uid="webhooks")
