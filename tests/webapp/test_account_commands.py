"""`manage.py first_login` and `manage.py token`."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from webapp.accounts.models import Token, User
from webapp.accounts.services.tokens import user_of


def test_the_first_login_is_shown_once(transactional_db: None, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: ARG001
    call_command("first_login")
    shown = dict(line.split() for line in capsys.readouterr().out.splitlines())
    user = User.objects.get()
    assert user.email == shown["e-mail"]
    assert user.check_password(shown["password"])
    assert user_of(shown["token"]) == user
    call_command("first_login")
    assert capsys.readouterr().out == "there is a user already: nothing was made\n"
    assert User.objects.count() == 1


def test_a_token_is_printed_alone_and_known(transactional_db: None, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: ARG001
    user = User.objects.create_user("me@example.org", "password")
    call_command("token", "Me@Example.org", "a script")
    assert user_of(capsys.readouterr().out.strip()) == user
    assert Token.objects.get().name == "a script"


def test_a_token_of_nobody_is_refused(transactional_db: None) -> None:  # noqa: ARG001
    User.objects.create_user("gone@example.org", "password", is_active=False)
    for email in ("nobody@example.org", "gone@example.org"):
        with pytest.raises(CommandError, match=email):
            call_command("token", email, "a script")
    assert not Token.objects.exists()
