"""`manage.py token EMAIL NAME`: a token for a script."""

from __future__ import annotations

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from webapp.accounts.models import User
from webapp.accounts.services.tokens import make_token


class Command(BaseCommand):
    """Prints the token and nothing else, once."""

    help = "make a token of a user and print it; it is shown this once"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="whose")
        parser.add_argument("name", help="what it is for")

    def handle(self, *, email: str, name: str, **_: object) -> None:
        user = User.objects.filter(email=email.lower(), is_active=True).first()
        if user is None:
            raise CommandError(f"there is no active user {email!r}; the admin page lists who there is")
        self.stdout.write(make_token(user, name)[1])
