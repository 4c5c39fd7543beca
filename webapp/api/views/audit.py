"""The audit log of a team, for its owners."""

from __future__ import annotations

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.generics import ListAPIView

from webapp.accounts.selectors import teams_of
from webapp.api.pages import Page
from webapp.api.scopes import Scope
from webapp.api.views.asking import PROBLEM, seen, user_of
from webapp.audit.models import AuditEntry
from webapp.audit.selectors import audit_of


class AuditEntrySerializer(serializers.ModelSerializer[AuditEntry]):
    class Meta:
        model = AuditEntry
        fields = ("at", "action", "actor", "subject", "subject_id", "address", "via")


class NewestFirst(Page):
    ordering = ("-at", "-id")


@extend_schema_view(
    get=extend_schema(
        operation_id="list_audit",
        summary="who did what in a team, newest first, for its owners",
        responses={200: AuditEntrySerializer(many=True), 403: PROBLEM, 404: PROBLEM},
    )
)
class AuditOfTeam(ListAPIView[AuditEntry]):
    scope = scope_to_read = Scope.ADMIN
    serializer_class = AuditEntrySerializer
    pagination_class = NewestFirst
    queryset = AuditEntry.objects.none()

    def get_queryset(self) -> QuerySet[AuditEntry]:
        user = user_of(self.request)
        return audit_of(user, seen(teams_of(user), self.kwargs["pk"]))
