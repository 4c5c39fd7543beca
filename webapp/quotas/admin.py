"""Quotas in the admin; what was used, to be looked at."""

from django.contrib import admin

from webapp.admin import Audited, ReadOnly
from webapp.quotas.models import DeviceUse, Quota


@admin.register(Quota)
class QuotaAdmin(Audited):
    list_display = ("team", "what", "most")
    list_filter = ("what",)


@admin.register(DeviceUse)
class DeviceUseAdmin(ReadOnly):
    list_display = ("team", "month", "seconds")
