"""A link is made, shown once, opened and revoked."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from webapp.accounts.models import Role, User
from webapp.accounts.selectors import require
from webapp.accounts.services.tokens import digest_of
from webapp.audit.services.record import Action, record
from webapp.refusals import Conflict, Refused
from webapp.runs.models import Run
from webapp.sharing.models import Share, Subject
from webapp.sharing.selectors import live_shares
from webapp.sharing.subjects import Shown
from webapp.studies.models import Study

USUAL = timedelta(days=30)
LONGEST = timedelta(days=366)
MOST = 500  # live links of a team


class NoSuchEnd(Refused):
    """A link has to end, within a year."""

    slug = "no-such-end"


@dataclass(frozen=True)
class Terms:
    """Until when a link is good (a month, unless said), and whether exports may be downloaded by it."""

    expires: datetime | None = None
    with_files: bool = False


def share(user: User, shown: Shown, terms: Terms) -> tuple[Share, str]:
    """A new link, and its token. After: the token itself is nowhere in the database.

    Raises NotAllowed for a viewer, NoSuchEnd for an end that is past or over a year away, Conflict where a team has very many.
    """
    require(user, shown.team, Role.EDITOR)
    now = timezone.now()
    expires = terms.expires or now + USUAL
    if not now < expires <= now + LONGEST:
        raise NoSuchEnd(f"expires: got {expires:%Y-%m-%d}, wanted a day within a year from now")
    if live_shares().filter(team=shown.team).count() >= MOST:
        raise Conflict(f"the team has {MOST} links that are live; revoke some")
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        made = Share.objects.create(
            team=shown.team,
            kind=shown.kind,
            digest=digest_of(token),
            space=shown.space,
            with_files=terms.with_files,
            created_by=user,
            expires=expires,
        )
        Subject.objects.bulk_create(
            Subject(share=made, place=place, study=study, run=run, key=key)
            for place, (study, run, key) in enumerate(shown.rows)
        )
        record(Action.LINK_MADE, made, said(shown), shown.team.pk)
    return made, token


def said(shown: Shown) -> str:
    """What a link is to, as people call it."""
    if shown.space is not None:
        return f"a link to space {shown.space}"
    named = [key or study.name for study, _, key in shown.rows]
    return f"a link to {shown.kind} {', '.join(named)}"


def revoke_share(user: User, row: Share) -> None:
    """After: it opens nothing. Asked again, nothing changes. Raises NotAllowed for a viewer."""
    require(user, row.team_id, Role.EDITOR)
    with transaction.atomic():
        if Share.objects.filter(pk=row.pk, revoked=None).update(revoked=timezone.now()):
            record(Action.LINK_ENDED, row, str(row), row.team_id)


def count_opening(row: Share) -> None:
    """After: it was opened once more."""
    Share.objects.filter(pk=row.pk).update(opened=F("opened") + 1, last_opened=timezone.now())


def end_shares_of(instance: Study | Run, **_: object) -> None:
    """What is deleted, with whatever it is deleted, is no longer shown by any link: also not beside others."""
    named = {"subjects__study": instance} if isinstance(instance, Study) else {"subjects__run": instance}
    Share.objects.filter(**named).delete()
