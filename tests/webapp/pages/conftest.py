"""A team, a person who is logged in, and what a browser would send of a page."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from django.test import Client

from tests.webapp.conftest import Messages
from webapp.accounts.models import Membership, Role, Team, User

HERE = "/studies/new/"
PREVIEW = "/studies/new/preview/"


class Controls(HTMLParser):
    """What a browser would send of a page's form, and the text beside each input."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.sent: list[tuple[str, str]] = []
        self.errors: dict[str, str] = {}
        self._select = self._text = self._error = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        name = held.get("name") or ""
        if tag == "input" and name and (held.get("type") != "checkbox" or "checked" in held):
            self.sent.append((name, held.get("value") or ""))
        self._select = name if tag == "select" else self._select
        self._text = name if tag == "textarea" else self._text
        if tag == "option" and "selected" in held:
            self.sent.append((self._select, held.get("value") or ""))
        self._error = (held.get("id") or "")[6:] if "data-error" in held else ""

    def handle_data(self, data: str) -> None:
        if self._text:
            self.sent.append((self._text, data))
            self._text = ""
        if self._error and data.strip():
            self.errors[self._error] = data

    @property
    def data(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name, value in self.sent:
            found.setdefault(name, []).append(value)
        return found


@pytest.fixture
def team(transactional_db: None, messages: Messages) -> Team:  # noqa: ARG001 - the database comes first; nothing is sent
    return Team.objects.create(name="vision")


def client_of(team: Team | None, role: Role = Role.EDITOR) -> Client:
    user = User.objects.create_user(f"{role}@example.org", "a long enough password")
    if team is not None:
        Membership.objects.create(user=user, team=team, role=role)
    client = Client()
    client.force_login(user)
    return client
