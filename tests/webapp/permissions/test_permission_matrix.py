"""Every address and socket of the studio, and what each kind of visitor is told there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db import transaction
from django.http import HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver

from tests.webapp.conftest import Messages
from tests.webapp.live.watcher import OURS, Watcher
from tests.webapp.permissions.rows import LOG_IN, NO, NOT_THERE, ROWS, VISITORS, YES, Row
from tests.webapp.permissions.world import SECRET, World, world
from webapp.live.routing import ROUTES
from webapp.runs.models import Run

MEMBERS = ("viewer", "editor", "owner")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
SOCKETS = {"live/runs/": {"stranger": 4401, "expired link": 4401, "revoked token": 4401, "other team": 4404}}


def patterns() -> Iterator[tuple[str, Any]]:
    """Every address but those of Django's admin, which has one door of its own."""

    def walk(listed: list[Any], before: str) -> Iterator[tuple[str, Any]]:
        for one in listed:
            path = before + str(one.pattern)
            if isinstance(one, URLResolver):
                if path != "admin/":
                    yield from walk(one.url_patterns, path)
            elif isinstance(one, URLPattern):
                yield path, one.callback

    return walk(get_resolver().url_patterns, "")


def methods_of(view: Any) -> set[str]:
    """What a view written as a class answers; of a function only its row knows."""
    made = getattr(view, "cls", None) or getattr(view, "view_class", None)
    if made is None or not made.__module__.startswith("webapp.api"):
        return set()
    return {method for method in METHODS if hasattr(made, method.lower())}


def test_permission_matrix_has_a_row_for_every_address_and_method() -> None:
    known = dict(patterns())
    assert set(known) == set(ROWS), "give a new address its line in rows.py, and take out the line of one that is gone"
    for path, view in known.items():
        assert methods_of(view) <= set(ROWS[path]), f"{path} answers more than its row says"


def told(answer: HttpResponse) -> str:
    """What an answer says to who asked."""
    if answer.status_code == 401 or (answer.status_code == 302 and answer["Location"].startswith("/login/?next=")):
        return LOG_IN
    if answer.status_code in (403, 404):
        return NO if answer.status_code == 403 else NOT_THERE
    return YES if answer.status_code < 400 else str(answer.status_code)


def is_rest(path: str) -> bool:
    return path.startswith("api/") and path != "api/v1/docs/"


def is_known(visitor: str, path: str, row: Row) -> bool:
    """Whether the request would be a stranger's to the letter: a link decides only below it, a token only in REST."""
    return (visitor == "expired link" and not row.rule.expired) or (visitor == "revoked token" and not is_rest(path))


def asked(made: World, visitor: str, path: str, method: str, row: Row) -> tuple[HttpResponse, str]:
    """One request and what came, whose traces in the database are taken back."""
    rest = is_rest(path)
    headers = made.said(row.headers)
    content: Any = row.content
    if content is None:
        sent = made.filled(row.sent or {}) | {name: made.file(file) for name, file in row.files.items()}
        content = json.dumps(sent) if rest and not row.files else sent
    kind = headers.pop("Content-Type", "application/json") if rest and not row.files else None
    more = {"content_type": kind} if kind else {}
    client = made.client(visitor, rest=rest)
    with transaction.atomic():
        ask = getattr(client, method.lower())
        address = made.address(path, row.of, visitor) + made.query(row.query)
        answer = (
            ask(address, headers=headers)
            if method in ("GET", "HEAD")
            else ask(address, content, headers=headers, **more)
        )
        said = b"".join(answer) if answer.streaming else answer.content
        transaction.set_rollback(True)
    return answer, said.decode(errors="replace")


@pytest.mark.django_db
def test_permission_matrix_of_addresses(
    tmp_path: Path,
    messages: Messages,  # noqa: ARG001 - nothing is sent
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nothing of the team's is in an answer to somebody who may not see it, either."""
    monkeypatch.setattr("webapp.operations.readiness.examined", lambda _: ())  # it looks from connections of its own
    made, wrong = world(tmp_path), []
    rows = [(path, method, row) for path, methods in ROWS.items() for method, row in methods.items()]
    for path, method, row in sorted(rows, key=lambda one: one[1] != "GET"):  # no rollback brings a deleted file back
        for visitor in VISITORS:
            if is_known(visitor, path, row):
                continue
            answer, said = asked(made, visitor, path, method, row)
            wanted = row.rule.of(visitor)
            if told(answer) != wanted:
                wrong.append(f"{method} {path} as {visitor}: {told(answer)}, wanted {wanted} ({said[:200]!r})")
            if visitor not in MEMBERS and not row.shows and SECRET in said:
                wrong.append(f"{method} {path} as {visitor}: tells of what the team has")
    assert not wrong, "\n".join(wrong)


def test_the_admin_has_one_door(client: Any, db: None) -> None:  # noqa: ARG001
    for path in ("/admin/", "/admin/accounts/user/", "/admin/runs/run/"):
        assert client.get(path)["Location"].startswith("/admin/login/")


@pytest.mark.django_db(transaction=True)
def test_permission_matrix_of_sockets(tmp_path: Path, messages: Messages, settings: Any) -> None:  # noqa: ARG001
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
    assert len(ROUTES) == len(SOCKETS), "give a new socket its line in SOCKETS"
    made = world(tmp_path)
    run = Run.objects.get(pk=made.things["running"])

    async def opened(visitor: str) -> int | None:
        script = [(b"authorization", f"Bearer {made.tokens.get(visitor)}".encode())]
        browser = [*OURS, (b"cookie", f"sessionid={made.sessions.get(visitor)}".encode())]
        watcher = Watcher(run, script if visitor in made.tokens else browser)
        assert await watcher.connect()
        code = await watcher.code()
        if code is None:
            await watcher.leave()
        return code

    for visitor in VISITORS:
        assert async_to_sync(opened)(visitor) == SOCKETS["live/runs/"].get(visitor), visitor
