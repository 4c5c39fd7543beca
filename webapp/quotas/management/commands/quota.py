"""`manage.py quota TEAM`: what a team may use, and what it uses."""

from __future__ import annotations

import uuid
from argparse import ArgumentParser
from contextlib import suppress

from django.core.management.base import BaseCommand, CommandError

from webapp.accounts.models import Team
from webapp.quotas.limits import What
from webapp.quotas.models import Quota
from webapp.quotas.selectors import uses_of
from webapp.quotas.services.change import forget_quota, set_quota

MOST = 2**63 - 1


class Command(BaseCommand):
    """Prints a line for each quota, after it has set what was given."""

    help = "set and show what a team may use: a number, `none` for no limit, or `default` for what the settings say"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("team", help="its name, or its id where several have that name")
        for what in What:
            parser.add_argument(f"--{what.value}", default="", metavar="N|none|default")

    def handle(self, *, team: str, **given: object) -> None:
        found = _named(team)
        for what in What:
            self._set(found, what, str(given[what.value]))
        for use in uses_of(found):
            self.stdout.write(
                f"{use.what.value:8} {use.used:,} of {'no limit' if use.most is None else f'{use.most:,}'}"
            )

    def _set(self, team: Team, what: Quota.What, said: str) -> None:
        if said == "default":
            forget_quota(team, what)
        elif said == "none":
            set_quota(team, what, None)
        elif said.isdecimal() and int(said) <= MOST:
            set_quota(team, what, int(said))
        elif said:
            raise CommandError(f"--{what.value} is {said!r}, wanted a whole number, none or default")


def _named(said: str) -> Team:
    found = list(Team.objects.filter(name=said)[:2])
    if not found:
        with suppress(ValueError):
            found = list(Team.objects.filter(pk=uuid.UUID(said)))
    if len(found) != 1:
        raise CommandError(
            f"there {'is no team' if not found else 'are several teams'} {said!r}; the admin lists them with ids"
        )
    return found[0]
