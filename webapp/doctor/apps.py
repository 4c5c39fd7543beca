"""The doctor."""

from django.apps import AppConfig


class DoctorConfig(AppConfig):
    name = "webapp.doctor"
    label = "doctor"
