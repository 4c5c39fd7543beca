"""Who may open the socket, and who may no longer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from channels.layers import get_channel_layer
from django.test import Client

from tests.webapp.live.watcher import OURS, Watcher, append_later, watching
from webapp.accounts.models import Membership, Token, User
from webapp.accounts.services.tokens import make_token
from webapp.live.consumer import TRUST
from webapp.live.messages import group_of_user
from webapp.live.routing import Sockets
from webapp.runs.models import Run

pytestmark = pytest.mark.usefixtures("layer")


def refusal(run: Run, headers: list[tuple[bytes, bytes]]) -> int:
    """The code that the socket is closed with after it was opened."""

    async def told() -> int:
        watcher = Watcher(run, headers)
        assert await watcher.connect()
        return await watcher.closed()

    return async_to_sync(told)()


def test_who_is_not_known_is_told_so(run: Run) -> None:
    assert refusal(run, OURS) == 4401
    assert refusal(run, [(b"authorization", b"Bearer wrong")]) == 4401
    assert refusal(run, [*OURS, (b"cookie", b"sessionid=wrong")]) == 4401


def test_a_run_of_another_team_is_as_little_there_as_none(run: Run, user: User, token: str) -> None:
    script = [(b"authorization", f"Bearer {token}".encode())]
    Membership.objects.filter(user=user).delete()
    assert refusal(run, script) == 4404
    Run.objects.filter(pk=run.pk).delete()
    assert refusal(run, script) == 4404


def cookie_of(user: User) -> tuple[bytes, bytes]:
    client = Client()
    client.force_login(user)
    return (b"cookie", f"sessionid={client.cookies['sessionid'].value}".encode())


def test_a_browser_of_ours_is_let_in_and_one_from_another_page_is_not(run: Run, user: User) -> None:
    async def told(headers: list[tuple[bytes, bytes]]) -> bool:
        watcher = Watcher(run, headers)
        opened = await watcher.connect()
        if opened:
            assert (await watcher.hear())["type"] == "snapshot"
            await watcher.leave()
        return opened

    cookie = cookie_of(user)
    assert async_to_sync(told)([*OURS, cookie])
    assert not async_to_sync(told)([(b"origin", b"http://elsewhere.example"), cookie])
    assert not async_to_sync(told)([cookie])


def test_a_studio_behind_https_opens_no_socket_that_is_not_encrypted_or_for_a_page_that_was_not(
    run: Run, user: User, settings: Any
) -> None:
    cookie = cookie_of(user)
    settings.IS_HTTPS, settings.ORIGINS = True, ["https://studio.example"]

    async def opened(scheme: str, origin: bytes) -> bool:
        watcher = Watcher(run, [(b"origin", origin), cookie], Sockets(), scheme)
        is_open = await watcher.connect()
        if is_open:
            await watcher.leave()
        return is_open

    assert async_to_sync(opened)("wss", b"https://studio.example")
    assert not async_to_sync(opened)("ws", b"https://studio.example")
    assert not async_to_sync(opened)("wss", b"http://studio.example")
    assert not async_to_sync(opened)("wss", b"https://localhost")


@pytest.mark.parametrize(
    "revoke",
    [
        lambda user: Membership.objects.filter(user=user).delete(),
        lambda user: Token.objects.filter(user=user).delete(),
        lambda user: User.objects.filter(pk=user.pk).update(is_active=False),
    ],
    ids=["membership", "token", "user"],
)
def test_who_may_no_longer_watch_is_out_at_the_next_question(
    run: Run, user: User, token: str, revoke: Callable[[User], object]
) -> None:
    async def story(watcher: Watcher) -> None:
        await watcher.open()
        await sync_to_async(revoke)(user)
        [event] = await append_later(run, "secret")
        await watcher.ask(0)
        assert await watcher.closed() == 4403
        await watcher.tell([event])
        assert await watcher.is_silent()

    watching(run, token, story)


def test_who_has_logged_out_is_out_at_the_next_question(run: Run, user: User) -> None:
    cookie = cookie_of(user)

    async def told() -> None:
        watcher = Watcher(run, [*OURS, cookie])
        await watcher.open()
        await watcher.ask(0)
        assert (await watcher.hear())["type"] == "gauges"
        await sync_to_async(lambda: user.set_password("another") or user.save())()
        await watcher.ask(0)
        assert await watcher.closed() == 4403

    async_to_sync(told)()


@pytest.mark.parametrize("by", ["session", "token"])
def test_who_never_asks_is_out_all_the_same_once_the_password_is_another(
    run: Run, user: User, token: str, by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PULSE", "REST", "LiveRun._pause", "TRUST"):
        monkeypatch.setattr(f"webapp.live.consumer.{name}", 0.2)
    headers = [*OURS, cookie_of(user)] if by == "session" else [(b"authorization", f"Bearer {token}".encode())]

    async def told() -> int:
        watcher = Watcher(run, headers)
        await watcher.open()
        await watcher.until("gauges")  # it was looked at, and is let be
        await sync_to_async(lambda: user.set_password("another") or user.save())()
        while (code := await watcher.code()) is None:
            pass
        return code

    assert async_to_sync(told)() == 4403


@pytest.mark.parametrize("text", ["", "nonsense", "[]", "{}", '{"since": "1"}', '{"since": -1}', '{"since": null}'])
def test_what_is_not_understood_closes_the_socket_with_a_reason(run: Run, token: str, text: str) -> None:
    async def story(watcher: Watcher) -> None:
        await watcher.open()
        await watcher.say(text)
        assert await watcher.closed() == 4400

    watching(run, token, story)


def test_who_is_removed_from_the_team_is_out_at_once_and_who_stays_goes_on(run: Run, user: User, token: str) -> None:
    other = User.objects.create_user("other@example.org", "a long password")
    Membership.objects.create(user=other, team=run.study.team)

    async def told() -> None:
        watchers = [
            Watcher(run, [(b"authorization", f"Bearer {one}".encode())])
            for one in (token, await sync_to_async(lambda: make_token(other, "tests")[1])())
        ]
        layer: Any = get_channel_layer()
        for watcher in watchers:
            await watcher.open()
        await sync_to_async(lambda: Membership.objects.get(user=user).delete())()
        for one in (user, other):
            await layer.group_send(group_of_user(one.pk), {"type": "live.members"})
        assert await watchers[0].closed() == 4403
        assert (await watchers[1].hear())["type"] == "gauges"
        await watchers[1].leave()

    async_to_sync(told)()


def test_who_is_out_of_the_team_is_out_within_seconds_though_nothing_comes(
    run: Run, user: User, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The layer may be away: then who watches is looked at all the same, however long the pause between looks at rows."""
    assert TRUST + 1.0 <= 5.0
    monkeypatch.setattr("webapp.live.consumer.TRUST", 0.2)

    async def story(watcher: Watcher) -> None:
        await watcher.open()
        await sync_to_async(Membership.objects.filter(user=user).delete)()
        while (code := await watcher.code()) is None:
            pass
        assert code == 4403

    watching(run, token, story)
