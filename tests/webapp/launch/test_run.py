"""`make run`, as a person sees it."""

from __future__ import annotations

import hashlib
import os
import signal
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.webapp.launch.conftest import Launched, alive, below
from tests.webapp.processes import ROOT, free_port

RUN = "webapp.launch"
pytestmark = [pytest.mark.one_database, pytest.mark.xdist_group("launch")]


@dataclass
class Place:
    """Where one launcher works."""

    var: Path
    port: int

    @property
    def variables(self) -> dict[str, object]:
        return {"VAR_DIR": self.var, "PORT": self.port}

    def status(self, path: str = "admin/login/") -> int:
        """What the pages answer with; 0 where nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/{path}", timeout=10) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def rows(self, table: str) -> list[tuple[object, ...]]:
        with sqlite3.connect(self.var / "spacewright.sqlite") as database:
            return database.execute(f"select id from {table} order by id").fetchall()

    def ended(self) -> list[tuple[object, ...]]:
        """What became of its runs."""
        with sqlite3.connect(self.var / "spacewright.sqlite") as database:
            return database.execute("select status from runs_run where ended is not null").fetchall()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return Place(tmp_path_factory.mktemp("var"), free_port())


@pytest.fixture(scope="module")
def running(place: Place) -> Iterator[Launched]:
    """The launcher that most tests look at."""
    made = Launched(RUN, **place.variables)
    made.hears("^Spacewright is at")
    made.working()
    yield made
    made.clear()


def test_a_first_start_shows_address_and_login_and_the_pages_answer(running: Launched, place: Place) -> None:
    assert running.hears(r"^Spacewright is at (\S+)")[1] == f"http://127.0.0.1:{place.port}/"
    for word in (
        "e-mail    admin@",
        "password  ",
        "token     spacewright_",
        f"address   http://127.0.0.1:{place.port}/",
    ):
        assert running.output.count(word) == 1
    assert place.status() == 200
    assert len(place.rows("accounts_user")) == 1


def test_the_login_is_in_no_file(running: Launched, place: Place) -> None:
    secrets = [running.hears(r"password  (\S+)")[1].encode(), running.hears(r"token     (\S+)")[1].encode()]
    files = [file for file in place.var.rglob("*") if file.is_file()]
    assert files
    assert [file for file in files for secret in secrets if secret in file.read_bytes()] == []


def test_the_shown_token_is_known(running: Launched, place: Place) -> None:
    digest = hashlib.sha256(running.hears(r"token     (\S+)")[1].encode()).hexdigest()
    with sqlite3.connect(place.var / "spacewright.sqlite") as database:
        assert database.execute("select count(*) from accounts_token where digest = ?", [digest]).fetchone() == (1,)


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("web", "uvicorn webapp.asgi"),
        ("sweeper", "manage.py sweep"),
        ("worker-cpu", "-Q device"),
        ("worker-short", "-Q short"),
        ("redis", "redis-server"),
    ],
)
def test_a_process_that_is_killed_is_started_again(running: Launched, place: Place, name: str, part: str) -> None:
    before = running.pids(part)
    assert before, f"nothing runs {part}"
    os.kill(before[0], signal.SIGKILL)
    running.hears(rf"^{name} ended \(SIGKILL\); it starts again in [\d.]+ s$")
    running.until(lambda: set(running.pids(part)) - set(before), f"another {name}")
    running.until(lambda: not any(map(alive, before)), "the end of what the killed one had started")
    running.until(lambda: place.status() == 200, "the pages")
    running.working()


def test_each_process_has_its_log(running: Launched, place: Place) -> None:
    running.hears(r"^redis +\| ")
    logs = {file.name for file in (place.var / "log").iterdir()}
    assert logs == {"redis.log", "sweeper.log", "web.log", "worker-cpu.log", "worker-short.log"}
    assert (
        "Ready to accept" in (place.var / "log/redis.log").read_text()
        or "Server initialized" in (place.var / "log/redis.log").read_text()
    )


def test_a_second_launcher_in_the_folder_says_so_and_leaves_the_first_alone(
    running: Launched, place: Place, launched: type[Launched]
) -> None:
    second = launched(RUN, VAR_DIR=place.var, PORT=free_port())
    assert second.process.wait(60) == 1
    assert_one_sentence(second, "already runs", str(running.process.pid), "VAR_DIR")
    assert place.status() == 200


def test_a_port_that_is_taken_is_named(
    running: Launched, place: Place, launched: type[Launched], tmp_path: Path
) -> None:
    assert running.process.poll() is None
    second = launched(RUN, VAR_DIR=tmp_path, PORT=place.port)
    assert second.process.wait(60) == 1
    assert_one_sentence(second, str(place.port), "PORT=")


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"DATABASE_URL": "postgres://someone:topsecret@127.0.0.1:{free}/nowhere"}, ["nowhere", "DATABASE_URL"]),
        ({"DATABASE_URL": "sqlite:////no/such/folder/file"}, ["/no/such/folder/file", "DATABASE_URL"]),
        ({"DATABASE_URL": "typewriter://someone:topsecret@host/name"}, ["DATABASE_URL", "postgres://"]),
        ({"REDIS_URL": "redis://:topsecret@127.0.0.1:{free}/0"}, ["127.0.0.1", "REDIS_URL"]),
        ({"PORT": "eighty"}, ["PORT", "eighty"]),
        ({"HOST": "no.such.host.invalid"}, ["HOST", "no.such.host.invalid"]),
        ({"DEVICES": "cpu,toaster"}, ["DEVICES", "toaster", "cpu,0,1"]),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(
    variables: dict[str, str], named: list[str], launched: type[Launched], tmp_path: Path
) -> None:
    filled = {name: value.format(free=free_port()) for name, value in variables.items()}
    made = launched(RUN, **{"VAR_DIR": tmp_path, "PORT": free_port(), **filled})
    assert made.process.wait(60) == 1
    assert_one_sentence(made, *named)
    assert "topsecret" not in made.output


def assert_one_sentence(launcher: Launched, *named: str) -> None:
    launcher.hears(r"\n$")
    assert "Traceback" not in launcher.output
    assert launcher.output.count("\n") == 1, launcher.output
    for part in named:
        assert part in launcher.output


def test_ctrl_c_stops_what_was_started_and_nothing_else_and_a_second_start_goes_on(
    launched: type[Launched], tmp_path: Path
) -> None:
    place = Place(tmp_path / "var", free_port())
    bystander = subprocess.Popen(["sleep", "600"], start_new_session=True)
    first = launched(RUN, **place.variables)
    first.hears("^Spacewright is at")
    first.working()
    started = below(first.process.pid)
    assert len(started) >= 7  # redis, web, sweeper, two workers with a child each
    assert first.end(signal.SIGINT) == 0
    assert [args for pid, args in started.items() if alive(pid)] == []
    assert bystander.poll() is None
    users, tokens = place.rows("accounts_user"), place.rows("accounts_token")

    second = launched(RUN, **place.variables)
    second.hears("^Spacewright is at")
    assert "password" not in second.output
    assert "token" not in second.output
    assert (place.rows("accounts_user"), place.rows("accounts_token")) == (users, tokens)
    second.working()
    started = below(second.process.pid)
    second.send(signal.SIGKILL)
    second.process.wait(60)
    second.until(lambda: not any(map(alive, started)), "the end of the killed launcher's processes")
    assert bystander.poll() is None
    bystander.kill()
    bystander.wait(10)


BEGIN = """
import json
from webapp.accounts.models import Team
from webapp.runs.services.control import start_run
from webapp.studies.models import Study
recipe = json.load(open("examples/tiny.json"))
start_run(Study.objects.create(team=Team.objects.get(), name="tiny", recipe=recipe))
"""


@pytest.mark.slow
def test_a_run_goes_on_where_it_was_after_a_stop_and_without_its_redis(
    launched: type[Launched], tmp_path: Path
) -> None:
    place = Place(tmp_path / "var", free_port())
    first = launched(RUN, **place.variables)
    first.hears("^Spacewright is at")
    env = {**os.environ, "VAR_DIR": str(place.var), "DATABASE_URL": ""}
    subprocess.run([sys.executable, "manage.py", "shell", "-c", BEGIN], cwd=ROOT, env=env, timeout=60, check=True)
    first.until(lambda: place.rows("runs_event"), "the first fact")
    assert first.end(signal.SIGINT) == 0
    facts = len(place.rows("runs_event"))

    second = launched(RUN, **place.variables)
    second.until(lambda: len(place.rows("runs_event")) > facts, "more facts")
    os.kill(second.pids("redis-server")[0], signal.SIGKILL)
    second.until(lambda: place.ended() == [("finished",)], "the run's end")
