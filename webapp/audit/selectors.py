"""What of the audit log somebody may read."""

from __future__ import annotations

from django.db.models import QuerySet

from webapp.accounts.models import Role, Team, User
from webapp.accounts.selectors import require
from webapp.audit.models import AuditEntry


def audit_of(user: User, team: Team) -> QuerySet[AuditEntry]:
    """What was done in a team, newest first. Raises NotAllowed for who is not its owner."""
    require(user, team, Role.OWNER)
    return AuditEntry.objects.filter(team_id=team.pk)
