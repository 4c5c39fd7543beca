"""Where a thing stands: on the pages of who is logged in, or below the link that it is shown by."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

from webapp.sharing.models import Share


@dataclass(frozen=True)
class Opened:
    """A link that somebody has opened, with the token that they hold. Templates call it `shared`."""

    share: Share
    token: str
    request: HttpRequest

    @property
    def with_files(self) -> bool:
        return self.share.with_files

    @property
    def whole(self) -> bool:
        """Whether all networks of its runs are shown."""
        return self.share.kind == Share.Kind.STUDY


def address(name: str, *args: object, shared: Opened | None = None) -> str:
    """Of a route; for who came by a link its twin below `/shared/<token>/`, which is called `shared-<name>`."""
    if shared is None:
        return reverse(name, args=args)
    return reverse(f"shared-{name.rpartition(':')[2]}", args=(shared.token, *args))
