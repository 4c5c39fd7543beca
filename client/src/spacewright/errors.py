"""Every error the client raises on purpose: one sentence for a person, and the exit code that the command ends with."""

from __future__ import annotations

from typing import ClassVar


class SpacewrightError(Exception):
    """Base. `code` is the exit code of the command."""

    code: ClassVar[int] = 1


class Refused(SpacewrightError):
    """The server said no. `status` and `slug` are for programs, the text is the server's own `detail`."""

    def __init__(self, status: int, slug: str, detail: str) -> None:
        self.status, self.slug, self.detail = status, slug, detail
        super().__init__(detail)


class WrongAnswer(SpacewrightError):
    """What came is not what a server of this version answers."""


class Torn(SpacewrightError):
    """A download whose checksum is not the one that the server named, after it was asked for again."""


class NotLoggedIn(SpacewrightError):
    """There is no token, or the server does not know it, or it may not do this."""

    code = 3


class Unreachable(SpacewrightError):
    """Nobody answers at the server's address, or nobody but errors of a gateway."""

    code = 4


class EndedBadly(SpacewrightError):
    """What was waited for came to no good end: a run failed or was cancelled, data was refused."""

    code = 5
