"""Operator sets in the admin."""

from django.contrib import admin

from webapp.admin import Audited, ReadOnly
from webapp.operators.models import OperatorSet, OperatorSetVersion


@admin.register(OperatorSet)
class OperatorSetAdmin(Audited):
    list_display = ("name", "team", "created")


@admin.register(OperatorSetVersion)
class OperatorSetVersionAdmin(ReadOnly):
    list_display = ("operator_set", "number", "digest", "created")
