"""The sockets' addresses, and what is checked before they open."""

from __future__ import annotations

from typing import Any

from channels.routing import URLRouter
from channels.security.websocket import AllowedHostsOriginValidator, OriginValidator, WebsocketDenier
from channels.sessions import SessionMiddlewareStack
from django.conf import settings
from django.urls import re_path

from webapp.live.consumer import LiveRun
from webapp.live.visitors import bearer

UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_live: Any = LiveRun.as_asgi()
_of_run: Any = re_path(rf"^live/runs/(?P<run>{UUID})/$", _live)
ROUTES = [_of_run]


class Sockets:
    """Scripts come with a token and no origin. A browser comes with a session and its page's origin, which must be ours.

    A studio that is served over https opens no socket that is not encrypted, nor one for a page that was not.
    """

    def __init__(self) -> None:
        routes = URLRouter(ROUTES)
        self._script = routes
        browser = SessionMiddlewareStack(routes)
        ours = settings.IS_HTTPS
        self._browser = OriginValidator(browser, settings.ORIGINS) if ours else AllowedHostsOriginValidator(browser)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self._door(scope)(scope, receive, send)

    def _door(self, scope: Any) -> Any:
        if settings.IS_HTTPS and scope["scheme"] != "wss":
            return WebsocketDenier()
        return self._browser if bearer(scope) is None else self._script
