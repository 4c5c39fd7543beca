"""Bundles of runs: given out, and studies that are made again from them."""

from django.apps import AppConfig


class BundlesConfig(AppConfig):
    name = "webapp.bundles"
    label = "bundles"

    def ready(self) -> None:
        from webapp.bundles.listening import listen

        listen()
