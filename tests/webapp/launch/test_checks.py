"""What has to be so before anything is started."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from webapp.environment import Environment
from webapp.launch import broker, checks
from webapp.launch.address import address
from webapp.launch.broker import start_broker
from webapp.launch.checks import LEAST_FREE, check_folder, check_port
from webapp.launch.lock import Held
from webapp.launch.refusal import CannotStart
from webapp.launch.supervisor import Supervisor


class Disk:
    """What statvfs says of one with so many free bytes."""

    f_frsize = 4096

    def __init__(self, free: int) -> None:
        self.f_bavail = free // self.f_frsize


def test_a_folder_is_made(tmp_path: Path) -> None:
    check_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()


def test_a_full_disk_is_refused_with_what_is_there_and_what_is_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "statvfs", lambda _: Disk(LEAST_FREE + 1_000_000))
    check_folder(tmp_path)
    monkeypatch.setattr(os, "statvfs", lambda _: Disk(123_000_000))
    with pytest.raises(CannotStart, match=r"12[23] MB free and 500 MB are wanted.*VAR_DIR"):
        check_folder(tmp_path)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CannotStart, match=r"file/var, which cannot be used \(not a directory\)"):
        check_folder(tmp_path / "file" / "var")


def test_a_folder_of_another_user_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks.os, "access", lambda *_: False)
    with pytest.raises(CannotStart, match="may not write"):
        check_folder(tmp_path)


def test_a_port_is_refused_while_another_serves_it() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(CannotStart, match=rf"port {port} \(address already in use\).*PORT="):
            check_port("127.0.0.1", port)
    check_port("127.0.0.1", port)


@pytest.mark.parametrize(
    ("script", "why"),
    [
        (None, "No such file"),
        ("#!/bin/sh\necho 'Fatal: no memory for me'\nexit 1\n", "Fatal: no memory for me"),
        ("not a program", "Exec format error"),
    ],
)
def test_a_redis_that_does_not_start_is_told_with_its_last_words(
    script: str | None, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    binary = tmp_path / "redis-server"
    if script is not None:
        binary.write_text(script)
        binary.chmod(0o755)
    monkeypatch.setattr(broker, "_binary", lambda: str(binary))
    supervisor = Supervisor()
    with pytest.raises(CannotStart, match=rf"redis-server.*{why}.*REDIS_URL="):
        start_broker(supervisor, tmp_path, grace=5)
    supervisor.stop()


def test_the_embedded_redis_wants_its_password_and_keeps_it_to_its_owner(tmp_path: Path) -> None:
    import redis

    supervisor = Supervisor()
    try:
        url = start_broker(supervisor, tmp_path, grace=5)
        assert redis.Redis.from_url(url).ping()
        with pytest.raises(redis.AuthenticationError):
            redis.Redis.from_url("redis://" + url.partition("@")[2]).ping()
        assert (tmp_path / "redis" / "redis.conf").stat().st_mode & 0o077 == 0
    finally:
        supervisor.stop()


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("127.0.0.1", "http://127.0.0.1:81/"),
        ("0.0.0.0", "http://127.0.0.1:81/"),
        ("::", "http://[::1]:81/"),
        ("studio", "http://studio:81/"),
    ],
)
def test_the_address_that_is_shown_can_be_opened_here(host: str, shown: str) -> None:
    assert address(Environment(host=host, port=81)) == shown


def test_a_name_is_held_by_one_at_a_time(tmp_path: Path) -> None:
    held = Held(tmp_path, "host/cpu", "taken ({by})")
    with pytest.raises(CannotStart, match=rf"taken \(process {os.getpid()}\)"):
        Held(tmp_path, "host/cpu", "taken ({by})")
    Held(tmp_path, "host/short", "taken").release()
    held.release()
    Held(tmp_path, "host/cpu", "taken").release()
