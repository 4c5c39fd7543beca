"""Spaces."""

from django.apps import AppConfig


class SpacesConfig(AppConfig):
    name = "webapp.spaces"
    label = "spaces"
