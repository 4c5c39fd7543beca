"""The sockets' addresses, and what is checked before they open."""

from __future__ import annotations

from typing import Any

from channels.routing import URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from channels.sessions import SessionMiddlewareStack
from django.urls import re_path

from webapp.live.consumer import LiveRun
from webapp.live.visitors import bearer

UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


class Sockets:
    """Scripts come with a token and no origin. A browser comes with a session and its page's origin, which must be ours."""

    def __init__(self) -> None:
        live: Any = LiveRun.as_asgi()
        address: Any = re_path(rf"^live/runs/(?P<run>{UUID})/$", live)
        routes = URLRouter([address])
        self._script = routes
        self._browser = AllowedHostsOriginValidator(SessionMiddlewareStack(routes))

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await (self._browser if bearer(scope) is None else self._script)(scope, receive, send)
