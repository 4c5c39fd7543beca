"""The client of one studio."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType

import httpx

from spacewright.architectures import Architectures
from spacewright.connection import PATIENCE, Connection
from spacewright.data import Data
from spacewright.errors import SpacewrightError
from spacewright.login import current
from spacewright.records import Person, Team
from spacewright.studies import Studies


class Client:
    """Speaks to one studio as one person. Without arguments it is the login of `spacewright login`.

    `patience`: seconds that one request is tried again for. `transport` and `sleep` are for tests.
    """

    def __init__(
        self,
        url: str = "",
        token: str = "",
        *,
        patience: float = PATIENCE,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if bool(url) != bool(token):
            raise SpacewrightError(
                "a client needs an address and a token, or neither: then it is the login that is kept"
            )
        if not url:
            kept = current()
            url, token = kept.url, kept.token
        self._connection = Connection(url, token, patience=patience, transport=transport, sleep=sleep)
        self.studies = Studies(self._connection)
        self.data = Data(self._connection)
        self.architectures = Architectures(self._connection)

    @property
    def url(self) -> str:
        return self._connection.url

    def me(self) -> Person:
        """Who the token speaks for, with teams."""
        return Person.read(self._connection.get("/me/"))

    def team(self, text: str) -> Team:
        """A team of yours by name or id. Raises SpacewrightError, naming those that there are."""
        teams = self.me().teams
        found = [team for team in teams if text in (team.id, team.name)]
        if len(found) != 1:
            known = ", ".join(f"{team.name} ({team.id})" for team in teams)
            raise SpacewrightError(f"{text!r} is {len(found)} of your teams, wanted one of: {known}")
        return found[0]

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
