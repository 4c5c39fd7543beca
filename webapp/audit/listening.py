"""What is heard of by signals, so that no way of doing it is forgotten: pages, REST, the admin, commands."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from allauth.mfa.signals import authentication_failed, authenticator_added, authenticator_removed
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.models import Model
from django.db.models.signals import post_delete, post_save, pre_save

from webapp.accounts.models import Invitation, Membership, Team, Token, User
from webapp.accounts.signals import password_changed
from webapp.audit.services.record import Action, record
from webapp.datasets.models import DatasetVersion
from webapp.runs.models import Run
from webapp.spaces.models import SavedSpace
from webapp.studies.models import Study
from webapp.webhooks.models import Webhook


class Rows(NamedTuple):
    """What the making and the removal of a row are called, and whose team it is."""

    made: Action | None
    removed: Action | None
    team: Callable[[Any], uuid.UUID | None]
    said: Callable[[Any], str] = str


ROWS: dict[type[Model], Rows] = {
    User: Rows(Action.USER_ADDED, Action.USER_REMOVED, lambda _: None),
    Token: Rows(Action.TOKEN_MADE, Action.TOKEN_ENDED, lambda _: None),
    Team: Rows(Action.TEAM_MADE, Action.TEAM_DELETED, lambda row: row.pk),
    Invitation: Rows(Action.INVITED, Action.INVITATION_ENDED, lambda row: row.team_id),
    Membership: Rows(Action.MEMBER_ADDED, Action.MEMBER_REMOVED, lambda row: row.team_id),
    Study: Rows(Action.STUDY_SUBMITTED, Action.STUDY_DELETED, lambda row: row.team_id),
    Run: Rows(None, Action.RUN_DELETED, lambda row: row.study.team_id, lambda row: f"a run of {row.study}"),
    DatasetVersion: Rows(None, Action.DATA_DELETED, lambda row: row.dataset.team_id),
    Webhook: Rows(Action.WEBHOOK_MADE, Action.WEBHOOK_REMOVED, lambda row: row.team_id),
    SavedSpace: Rows(Action.SPACE_SAVED, None, lambda row: row.team_id),
}


def listen() -> None:
    """Called once, when all models are there."""
    for model in ROWS:
        post_save.connect(_saved, sender=model, dispatch_uid=f"audit {model.__name__}")
        post_delete.connect(_removed, sender=model, dispatch_uid=f"audit {model.__name__}")
    pre_save.connect(_role, sender=Membership, dispatch_uid="audit role")
    user_logged_in.connect(_logged_in, dispatch_uid="audit")
    user_logged_out.connect(_logged_out, dispatch_uid="audit")
    user_login_failed.connect(_log_in_failed, dispatch_uid="audit")
    password_changed.connect(_password_changed, dispatch_uid="audit")
    for signal, action in (
        (authenticator_added, Action.FACTOR_ADDED),
        (authenticator_removed, Action.FACTOR_REMOVED),
        (authentication_failed, Action.FACTOR_FAILED),
    ):
        signal.connect(partial(_factor, action), weak=False, dispatch_uid=f"audit {action}")


def _saved(sender: type[Model], instance: Any, created: bool, raw: bool = False, **_: object) -> None:
    rows = ROWS[sender]
    if created and not raw and rows.made is not None:
        record(rows.made, instance, rows.said(instance), rows.team(instance))


def _removed(sender: type[Model], instance: Any, **_: object) -> None:
    rows = ROWS[sender]
    if rows.removed is not None:
        record(rows.removed, instance, rows.said(instance), rows.team(instance))


def _role(sender: type[Membership], instance: Membership, raw: bool = False, **_: object) -> None:
    before = None if raw else sender.objects.filter(pk=instance.pk).first()
    if before is not None and before.role != instance.role:
        record(Action.MEMBER_CHANGED, instance, f"{instance} (was {before.role})", instance.team_id)


def _logged_in(user: User, **_: object) -> None:
    record(Action.LOGGED_IN, by=user)


def _logged_out(user: User | None, **_: object) -> None:
    if user is not None:
        record(Action.LOGGED_OUT, by=user)


def _log_in_failed(credentials: dict[str, Any], **_: object) -> None:
    """Of whom is said only where somebody has that e-mail: people type passwords there, too."""
    tried = str(credentials.get("username", "")).lower()
    known = User.objects.filter(email=tried).first()
    record(Action.LOG_IN_FAILED, known, "" if known else "an e-mail that nobody has")


def _factor(action: Action, user: User, authenticator: Any, **_: object) -> None:
    record(action, user, f"{authenticator.get_type_display()} of {user}", by=user)


def _password_changed(user: User, **_: object) -> None:
    record(Action.PASSWORD_CHANGED, user)
