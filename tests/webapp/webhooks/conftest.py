"""A receiver on this machine, an owner, and a webhook to it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from webapp.accounts.models import Membership, Role, Team, User
from webapp.environment import environment
from webapp.webhooks.models import Webhook
from webapp.webhooks.services.change import create_webhook

HOST = "hooks.internal"


@dataclass
class Receiver:
    """Answers what it is told to, and keeps what it got."""

    port: int = 0
    status: int = 204
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}/here"


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """A name that only a fake resolver knows, allowed by the setting."""
    made = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            made.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(made.status)
            if made.status == 302:
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.port = server.server_port
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    monkeypatch.setattr(environment, "webhook_http", True)
    monkeypatch.setattr(environment, "webhook_hosts", [HOST])
    monkeypatch.setattr("webapp.webhooks.address.look_up", lambda name, port: {HOST: ["127.0.0.1"]}.get(name, []))  # noqa: ARG005
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture
def team(transactional_db: None) -> Team:  # noqa: ARG001 - the database comes first
    return Team.objects.create(name="vision")


@pytest.fixture
def owner(team: Team) -> User:
    user = User.objects.create_user("owner@example.org", "a long enough password")
    Membership.objects.create(user=user, team=team, role=Role.OWNER)
    return user


@pytest.fixture
def webhook(owner: User, team: Team, receiver: Receiver) -> Webhook:
    return create_webhook(owner, team, receiver.url, Webhook.Kind.values)[0]
