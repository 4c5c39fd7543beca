"""`manage.py token EMAIL NAME`: a token for a script."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from webapp.accounts.models import Team, Token, User
from webapp.accounts.selectors import teams_of
from webapp.accounts.services.tokens import Limits, make_token


class Command(BaseCommand):
    """Prints the token and nothing else, once."""

    help = "make a token of a user and print it; it is shown this once"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="whose")
        parser.add_argument("name", help="what it is for")
        parser.add_argument(
            "--scope", choices=Token.Scope.values, default=Token.Scope.ADMIN.value, help="what it may do at most"
        )
        parser.add_argument("--team", default="", metavar="NAME", help="the only team that it sees; all when left out")
        parser.add_argument("--days", type=int, metavar="N", help="how long it is good for; for ever when left out")

    def handle(self, *, email: str, name: str, scope: str, team: str, days: int | None, **_: object) -> None:
        user = User.objects.filter(email=email.lower(), is_active=True).first()
        if user is None:
            raise CommandError(f"there is no active user {email!r}; the admin page lists who there is")
        if days is not None and not 1 <= days <= 36_500:
            raise CommandError(f"--days is {days}, wanted a number from 1 to 36500")
        expires = None if days is None else timezone.now() + timedelta(days=days)
        limits = Limits(Token.Scope(scope), _named(user, team) if team else None, expires)
        self.stdout.write(make_token(user, name, limits)[1])


def _named(user: User, name: str) -> Team:
    found = list(teams_of(user).filter(name=name)[:2])
    if len(found) != 1:
        names = ", ".join(repr(team.name) for team in teams_of(user).order_by("name")) or "none"
        raise CommandError(f"{user} is in {len(found) or 'no'} team {name!r}; theirs are {names}")
    return found[0]
