"""A deed is written down, in the transaction that it happens in."""

from __future__ import annotations

import uuid

from django.db.models import Model

from webapp.accounts.models import User
from webapp.audit import origin
from webapp.audit.models import AuditEntry

Action = AuditEntry.Action


def record(
    action: Action, subject: Model | None = None, said: str = "", team: uuid.UUID | None = None, by: User | None = None
) -> None:
    """`said`: what people call the subject; `by`: who did it, where it is not who asks. After: it stands there for good."""
    actor = by or origin.who()
    AuditEntry.objects.create(
        action=action,
        actor="" if actor is None else actor.email,
        actor_id=None if actor is None else actor.pk,
        team_id=team,
        subject=(said or ("" if subject is None else str(subject)))[:300],
        subject_id="" if subject is None else str(subject.pk),
        address=origin.address()[:45],
        via=origin.via(),
    )
