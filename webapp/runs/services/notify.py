"""Who submitted a study is told by mail that a run of it has ended: once, after the commit, or not at all."""

from __future__ import annotations

import logging
import uuid
from datetime import timedelta
from smtplib import SMTPException

from django.core.mail import send_mail
from django.db.models import F, Q, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from webapp.accounts.models import User
from webapp.accounts.selectors import teams_of
from webapp.mail import is_mail_sent, link_to
from webapp.runs.models import Candidate, Run

log = logging.getLogger(__name__)

TOLD = (Run.Status.FINISHED, Run.Status.INFEASIBLE, Run.Status.FAILED)  # who cancelled one knows it
LONGEST = timedelta(days=1)  # a mail server may be away for so long


def untold() -> QuerySet[Run]:
    """Runs that have ended of late and whose end nobody was told."""
    late = Q(notified=None) | ~Q(notified=F("ended"))  # one that was tried again has another end
    return Run.objects.filter(late, status__in=TOLD, ended__gt=timezone.now() - LONGEST)


def tell_ended(run: str | uuid.UUID) -> bool:
    """Whether a mail was sent.

    Before: any. After: the run is marked, by whoever is first, so that nobody tells it twice; the mark is taken back where the
    mail server did not take the mail, and the sweeper tries again. A kill while it is sent costs the mail, never a second one.
    """
    if not untold().filter(pk=run).update(notified=F("ended")):
        return False
    row = Run.objects.select_related("study__created_by").defer("state", "recipe").get(pk=run)
    to = _recipient(row)
    if to is None:
        return False
    try:
        _send(row, to)
    except (OSError, SMTPException) as error:
        Run.objects.filter(pk=run).update(notified=None)
        log.warning("could not mail that run %s has ended, it is tried again: %s", run, error)
        return False
    return True


def _recipient(run: Run) -> User | None:
    """Who submitted it, if that is somebody who is still in the team and wants mail."""
    user: User | None = run.study.created_by
    if user is None or not is_mail_sent() or not (user.is_active and user.wants_mail):
        return None
    return user if teams_of(user).filter(pk=run.study.team_id).exists() else None


def _send(run: Run, to: User) -> None:
    name = " ".join(run.study.name.split())  # a header is one line
    best = Candidate.objects.filter(run=run, improved=True).order_by("-stage", "-number").first()
    said = {
        "run": run,
        "name": name,
        "best": best,
        "link": link_to(f"{reverse('study', args=(run.study_id,))}?run={run.pk}"),
        "account": link_to(reverse("account")),
    }
    send_mail(f"{name}: {run.status}", render_to_string("runs/ended_mail.txt", said), None, [to.email])
