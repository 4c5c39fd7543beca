"""Webhooks in the admin, to be looked at."""

from django.contrib import admin

from webapp.admin import ReadOnly
from webapp.webhooks.models import Delivery, Webhook


@admin.register(Webhook)
class WebhookAdmin(ReadOnly):
    list_display = ("url", "team", "active", "failures", "reason")


@admin.register(Delivery)
class DeliveryAdmin(ReadOnly):
    list_display = ("created", "kind", "webhook", "state", "attempt", "status", "error")
