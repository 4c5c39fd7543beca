"""All reads of links: those that a user may see, and the one that a stranger holds."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from webapp.accounts.models import User
from webapp.accounts.selectors import teams_of
from webapp.accounts.services.tokens import digest_of
from webapp.runs.models import Run
from webapp.sharing.models import Share
from webapp.sharing.subjects import Shown

LISTED = 50  # where they are made


def shares_of(user: User) -> QuerySet[Share]:
    """Links of the user's teams, newest first, those that have ended too."""
    seen = Share.objects.filter(team__in=teams_of(user)).select_related("team", "created_by", "space")
    return seen.defer("space__document").prefetch_related("subjects__study").order_by("-created", "-id")


def shares_to(user: User, shown: Shown) -> list[Share]:
    """The newest links to exactly this."""
    found = shares_of(user).filter(team=shown.team, kind=shown.kind)
    if shown.space is not None:
        found = found.filter(space=shown.space)
    for place, (study, run, key) in enumerate(shown.rows):
        found = found.filter(subjects__place=place, subjects__study=study, subjects__run=run, subjects__key=key)
    pks = list(found.values_list("pk", flat=True)[: 4 * LISTED])
    sized = shares_of(user).filter(pk__in=pks).annotate(size=Count("subjects")).filter(size=len(shown.rows))
    return list(sized[:LISTED])


def live_shares() -> QuerySet[Share]:
    """Those that open something."""
    return Share.objects.filter(revoked=None, expires__gt=timezone.now())


def share_of_token(token: str) -> Share | None:
    """The link that a stranger holds; None for one that is unknown, expired or revoked."""
    found = live_shares().filter(digest=digest_of(token)).prefetch_related("subjects__study", "subjects__run__study")
    return found.first()


def runs_shown(share: Share) -> QuerySet[Run]:
    """The runs of which a link shows something, newest first; without the engine's state."""
    studies = [one.study_id for one in share.subjects.all() if one.run_id is None]
    runs = [one.run_id for one in share.subjects.all() if one.run_id is not None]
    seen = Run.objects.filter(Q(study__in=studies) | Q(pk__in=runs)).select_related("study")
    return seen.defer("state", "recipe").order_by("-created", "-id")
