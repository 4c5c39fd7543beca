"""`manage.py fixture_big`: a large study with made-up scores, to see how the pages bear it."""

from __future__ import annotations

import time
import uuid
from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from webapp.accounts.models import Team
from webapp.runs.services.made_up import make_up_study, name_of
from webapp.studies.models import Study

SAYS = 20_000  # candidates between two lines


class Command(BaseCommand):
    """Says how far it is; a study that is there already is not made again."""

    help = "make a finished study of many candidates: real networks at their true cost, made-up scores"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--candidates", type=int, default=100_000, metavar="N", help="how many (default: 100000)")
        parser.add_argument("--team", type=uuid.UUID, metavar="ID", help="whose it is (default: the first team's)")
        parser.add_argument("--again", action="store_true", help="make one more, though there is one")

    def handle(self, *, candidates: int, team: uuid.UUID | None, again: bool, **_: object) -> None:
        if candidates < 2:
            raise CommandError(f"got --candidates {candidates}, wanted two or more")
        owner = Team.objects.filter(**({} if team is None else {"pk": team})).order_by("pk").first()
        if owner is None:
            raise CommandError(
                f"there is no team{'' if team is None else f' {team}'};"
                " start the studio once with `make run`, or make a login with `manage.py first_login`"
            )
        known = Study.objects.filter(team=owner, name=name_of(candidates)).first()
        if known is not None and not again:
            self.stdout.write(f"it is there: study {known.name!r} at /studies/{known.pk}/; --again makes one more")
            return
        begun, due = time.monotonic(), SAYS
        self.stdout.write(f"making {candidates:,} candidates with made-up scores for team {owner}:")

        def told(count: int) -> None:
            nonlocal due
            if count >= due:
                due = count + SAYS
                self.stdout.write(f"  {count:,} after {time.monotonic() - begun:.0f} s")
                self.stdout.flush()

        study = make_up_study(owner, candidates, told)
        self.stdout.write(f"study {study.name!r} at /studies/{study.pk}/, in {time.monotonic() - begun:.0f} s")
