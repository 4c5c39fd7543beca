"""Who did what, when, to what, from where. Rows are added; none is changed or removed by the studio."""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn

from django.db import models
from django.utils import timezone

from webapp.immutable import Immutable


class AppendOnly(models.QuerySet["AuditEntry"]):
    """Reads and adds."""

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError("the audit log is only added to")

    update = delete = bulk_update = _raw_delete = _update = _refuse


class AuditEntry(Immutable):
    """One deed. It names people, teams and things by value: it outlives them."""

    class Action(models.TextChoices):
        LOGGED_IN = "logged in"
        LOG_IN_FAILED = "log-in failed"
        LOGGED_OUT = "logged out"
        PASSWORD_CHANGED = "password changed"
        TOKEN_MADE = "token made"
        TOKEN_ENDED = "token ended"
        USER_ADDED = "user added"
        USER_REMOVED = "user removed"
        FACTOR_ADDED = "second factor added"
        FACTOR_REMOVED = "second factor removed"
        FACTOR_FAILED = "second factor failed"
        TEAM_MADE = "team made"
        TEAM_DELETED = "team deleted"
        INVITED = "invited"
        INVITATION_ENDED = "invitation ended"
        MEMBER_ADDED = "member added"
        MEMBER_CHANGED = "role changed"
        MEMBER_REMOVED = "member removed"
        STUDY_SUBMITTED = "study submitted"
        STUDY_DELETED = "study deleted"
        RUN_CANCELLED = "run cancelled"
        RUN_DELETED = "run deleted"
        DATA_DELETED = "data deleted"
        SPACE_SAVED = "space saved"
        LINK_MADE = "link made"
        LINK_ENDED = "link revoked"
        WEBHOOK_MADE = "webhook made"
        WEBHOOK_REMOVED = "webhook removed"
        ADMINISTERED = "changed in the admin"

    at = models.DateTimeField(default=timezone.now, db_index=True)
    action = models.CharField(max_length=24, choices=Action.choices)
    actor = models.CharField(max_length=254, blank=True)  # e-mail; none: nobody known, or the command line
    actor_id = models.UUIDField(null=True)
    team_id = models.UUIDField(null=True)
    subject = models.CharField(max_length=300, blank=True)  # what it was done to, as people call it
    subject_id = models.CharField(max_length=36, blank=True)
    address = models.CharField(max_length=45, blank=True)  # network address that it came from
    via = models.CharField(max_length=60)  # pages, api, admin, or the command

    objects: ClassVar[AppendOnly] = AppendOnly.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-id",)
        indexes = (models.Index(fields=("team_id", "-id"), name="audit_of_a_team"),)
        verbose_name_plural = "audit entries"

    def delete(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError("the audit log is only added to")

    def __str__(self) -> str:
        return f"{self.actor or 'nobody known'}: {self.action} {self.subject}".rstrip()
