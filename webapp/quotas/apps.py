"""Quotas: what a team may use of the studio."""

from django.apps import AppConfig


class QuotasConfig(AppConfig):
    name = "webapp.quotas"
    label = "quotas"
