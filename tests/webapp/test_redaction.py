"""Logs: no secret in them, and no line that somebody else wrote."""

from __future__ import annotations

import io
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.webapp.processes import free_port
from webapp import queueing, redaction
from webapp.accounts.models import User
from webapp.accounts.services.tokens import make_token
from webapp.launch.log import Log
from webapp.redaction import clean, hide

ROOT = Path(__file__).parents[2]
SECRET = "hunter2-and-more"


@pytest.fixture
def said() -> Iterator[io.StringIO]:
    """What every logger says, as it would stand on the process's output."""
    output = io.StringIO()
    handler = logging.StreamHandler(output)
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    loggers = [logging.getLogger(name) for name in (None, "django")]
    for logger in loggers:
        logger.addHandler(handler)
    yield output
    for logger in loggers:
        logger.removeHandler(handler)


@pytest.fixture
def hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redaction, "_known", set())


@pytest.mark.parametrize(
    "text",
    [
        f"redis://:{SECRET}@127.0.0.1:6379/0",
        f"connection to postgres://studio:{SECRET}@db.example:5432/studio failed",
        f"Authorization: Bearer {SECRET}",
        f"{{'authorization': 'Basic {SECRET}'}}",
        f"token spacewright_{SECRET} is unknown",
        f"POST password={SECRET}&email=me",
        f'{{"password": "{SECRET} with spaces", "name": "me"}}',
        f"Cookie: sessionid={SECRET}; theme=dark",
        f"new_password1='{SECRET}'",
        f"SECRET_KEY = {SECRET}",
        f"Not Found: /password/new/MQ/{SECRET}/",
    ],
)
def test_a_secret_is_hidden_by_what_stands_around_it(text: str) -> None:
    assert "hunter2" not in clean(text)
    assert "***" in clean(text)


@pytest.mark.parametrize(
    "text",
    [
        "Forbidden (CSRF token missing.): /login/",
        "could not send runs.advance_run(6f1c): Error 111 connecting to 127.0.0.1:6379",
        "https://studio.example/studies/ took 3 s",
        "a network of 2,000 params: 0.93 \u00b1 0.02, 5 \u00d7 5",
    ],
)
def test_other_lines_are_left_as_they_are(text: str) -> None:
    assert clean(text) == text


@pytest.mark.usefixtures("hidden")
def test_what_the_settings_hold_is_hidden_wherever_it_stands() -> None:
    hide([SECRET, "postgres://studio:p%40ss-word@db/studio", "redis://127.0.0.1:6379/0", "", "abc", "http://[broken"])
    assert clean(f"it was {SECRET}, p%40ss-word or p@ss-word, not abc") == "it was ***, *** or ***, not abc"


def test_what_a_person_wrote_is_one_line_and_cannot_colour_or_turn_it(said: io.StringIO) -> None:
    logging.getLogger("webapp.somewhere").warning(
        "data %r, %s", "plain", "a\nERROR webapp: forged\r\x1b[2J\u2028\u202e\x85"
    )
    assert said.getvalue() == (
        "WARNING webapp.somewhere: data 'plain', a\\nERROR webapp: forged\\r\\x1b[2J\\u2028\\u202e\\x85\n"
    )


def test_no_line_of_a_trace_looks_like_one_of_the_log(said: io.StringIO) -> None:
    try:
        raise ValueError(f"name is 'a\nERROR webapp: forged', password='{SECRET}'")
    except ValueError:
        logging.getLogger("webapp").exception("refused")
    first, *rest = said.getvalue().splitlines()
    assert first == "ERROR webapp: refused"
    assert len(rest) > 3
    assert all(line.startswith("  ") for line in rest)
    assert SECRET not in said.getvalue()


def test_a_line_whose_parts_do_not_fit_stops_nobody(said: io.StringIO) -> None:
    logging.getLogger("webapp").warning("%d of %d", "x\ny")
    assert said.getvalue().count("\n") == 1
    assert "do not fit" in said.getvalue()


def test_requests_that_go_wrong_leave_no_secret_and_one_line_each(
    db: None,  # noqa: ARG001 - the database comes first
    said: io.StringIO,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    user = User.objects.create_user("me@example.org", SECRET)
    token = make_token(user, "a script")[1]

    def fails(*_: Any) -> None:
        raise RuntimeError(f"with {token} and password={SECRET}")

    logging.getLogger("django.request").setLevel(logging.DEBUG)
    try:
        client = Client(raise_request_exception=False)
        client.get("/nowhere/%0AERROR%20webapp:%20forged", headers={"authorization": f"Bearer {token}"})
        client.post("/login/\nforged", {"username": "me@example.org\nERROR forged", "password": SECRET})
        client.post("/login/", {"username": "me@example.org\nERROR forged", "password": SECRET + "x"})
        client.get(f"/password/new/MQ/{SECRET}/")
        monkeypatch.setattr("webapp.api.views.people.Me.get", fails)
        assert client.get("/api/v1/me/", headers={"authorization": f"Bearer {token}"}).status_code == 500
    finally:
        logging.getLogger("django.request").setLevel(logging.ERROR)
    assert "RuntimeError" in said.getvalue()
    assert token not in said.getvalue()
    assert SECRET not in said.getvalue()
    assert not [line for line in said.getvalue().splitlines() if line.startswith(("ERROR forged", "ERROR webapp: f"))]


def test_a_queue_that_is_away_is_told_without_its_password(said: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise ConnectionError(f"redis://:{SECRET}@127.0.0.1:1/0 does not answer")

    monkeypatch.setattr(queueing.app, "send_task", away)
    queueing._send("runs.advance_run", "1")
    assert "could not send runs.advance_run(1): redis://:***@127.0.0.1:1/0 does not answer" in said.getvalue()


@pytest.mark.parametrize(
    ("command", "variables"),
    [
        (["-m", "webapp.launch"], {"REDIS_URL": f"redis://:{SECRET}@127.0.0.1:1/0"}),
        (["-m", "webapp.launch.worker"], {"DATABASE_URL": f"postgres://studio:{SECRET}@127.0.0.1:1/studio"}),
        (["-m", "webapp.launch.worker"], {"DATABASE_URL": f"nonsense://studio:{SECRET}@127.0.0.1:1/studio"}),
    ],
    ids=["no Redis", "no PostgreSQL", "no address"],
)
def test_what_cannot_be_is_said_without_a_password(
    command: list[str], variables: dict[str, str], tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={**os.environ, "VAR_DIR": str(tmp_path), "PORT": str(free_port()), "MAIL_PASSWORD": SECRET, **variables},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode != 0
    assert done.stdout + done.stderr
    assert SECRET not in done.stdout + done.stderr


def test_what_a_process_prints_itself_is_cleaned_by_the_launcher(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    Log(tmp_path, "web").feed(f"ValueError: postgres://studio:{SECRET}@db/studio\x1b[2J\n".encode())
    kept = (tmp_path / "web.log").read_text() + capfd.readouterr().out
    assert kept.count("postgres://studio:***@db/studio\\x1b[2J") == 2
    assert SECRET not in kept
