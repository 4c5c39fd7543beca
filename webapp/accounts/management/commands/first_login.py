"""`manage.py first_login`: the first user, where there is none."""

from __future__ import annotations

from django.core.management.base import BaseCommand

from webapp.accounts.services.first_login import first_login


class Command(BaseCommand):
    """Shows e-mail, password and token once."""

    help = "make the first user, with a team and a token, and show them once"

    def handle(self, **_: object) -> None:
        login = first_login()
        if login is None:
            self.stdout.write("there is a user already: nothing was made")
            return
        self.stdout.write(f"e-mail    {login.email}\npassword  {login.password}\ntoken     {login.token}")
