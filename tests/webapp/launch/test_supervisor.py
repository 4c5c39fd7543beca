"""Children are kept alive, and leave nothing behind."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.webapp.launch.conftest import PATIENCE, alive
from webapp.launch.child import SHORTEST_PAUSE, Child
from webapp.launch.log import Log
from webapp.launch.supervisor import Supervisor


@pytest.fixture
def supervisor() -> Iterator[Supervisor]:
    made = Supervisor()
    yield made
    made._asked = 2
    made.stop()


@pytest.fixture
def child(tmp_path: Path) -> Callable[..., Child]:
    def made(script: str, name: str = "one", grace: float = PATIENCE) -> Child:
        return Child(name, ["/bin/sh", "-c", script], {}, Log(tmp_path / "log", name), tmp_path, grace)

    return made


def turn_until(supervisor: Supervisor, so: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not so():
        assert time.monotonic() < deadline
        supervisor.turn()


def number_in(path: Path) -> Callable[[], int]:
    return lambda: int(path.read_text() or 0) if path.exists() else 0


def test_one_that_ends_is_started_again_after_a_pause_that_grows(
    supervisor: Supervisor, child: Callable[..., Child], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    supervisor.start([child("echo once more >> lives; exit 3")])
    turn_until(
        supervisor, lambda: (tmp_path / "lives").read_text().count("\n") == 3 if (tmp_path / "lives").exists() else 0
    )
    said = capsys.readouterr().out
    assert f"one ended (exit code 3); it starts again in {SHORTEST_PAUSE:g} s\n" in said
    assert f"one ended (exit code 3); it starts again in {2 * SHORTEST_PAUSE:g} s\n" in said


def test_last_words_are_heard_also_without_an_end_of_line(
    supervisor: Supervisor, child: Callable[..., Child], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = child("echo first; printf 'no end of line'; exit 1")
    supervisor.start([one])
    turn_until(supervisor, lambda: one.process is None)
    assert "one          | first\none          | no end of line\none ended (exit code 1)" in capsys.readouterr().out
    assert [line.split()[2:] for line in (tmp_path / "log/one.log").read_text().splitlines()] == [
        ["first"],
        ["no", "end", "of", "line"],
    ]


def test_one_that_does_not_stop_in_its_grace_is_killed_with_all_it_started(
    supervisor: Supervisor, child: Callable[..., Child], tmp_path: Path
) -> None:
    one = child("trap '' TERM; sleep 600 & echo $! > number; wait; sleep 600", grace=0.5)
    supervisor.start([one])
    turn_until(supervisor, number_in(tmp_path / "number"))
    supervisor.stop()
    assert one.process is None
    assert not alive(number_in(tmp_path / "number")())


def test_what_a_child_leaves_behind_when_it_ends_is_cleared(
    supervisor: Supervisor, child: Callable[..., Child], tmp_path: Path
) -> None:
    one = child("sleep 600 & echo $! > number; exit 0")
    supervisor.start([one])
    turn_until(supervisor, lambda: one.process is None)
    assert not alive(number_in(tmp_path / "number")())


def test_the_first_group_stops_last(
    supervisor: Supervisor, child: Callable[..., Child], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    last = "trap 'echo {0} >> order; exit 0' TERM; touch {0}; while :; do sleep 0.1; done"
    supervisor.start([child(last.format("redis"), "redis")])
    supervisor.start([child(last.format("web"), "web")])
    turn_until(supervisor, lambda: (tmp_path / "redis").exists() and (tmp_path / "web").exists())
    supervisor.stop()
    assert (tmp_path / "order").read_text() == "web\nredis\n"
    assert "starts again" not in capsys.readouterr().out


def test_a_second_signal_does_not_wait_for_the_grace(
    supervisor: Supervisor, child: Callable[..., Child], tmp_path: Path
) -> None:
    """The grace is longer than the guard against hanging."""
    supervisor.start([child("trap '' TERM; touch up; while :; do sleep 0.1; done", grace=10 * PATIENCE)])
    turn_until(supervisor, (tmp_path / "up").exists)
    supervisor._ask(signal.SIGINT, None)
    supervisor._ask(signal.SIGINT, None)
    supervisor.stop()


def test_a_restart_is_asked_for_by_name(supervisor: Supervisor, child: Callable[..., Child], tmp_path: Path) -> None:
    one, two = child("echo $$ > one; exec sleep 600", "one"), child("echo $$ > two; exec sleep 600", "two")
    supervisor.start([one, two])
    numbers = number_in(tmp_path / "one"), number_in(tmp_path / "two")
    turn_until(supervisor, lambda: all(number() for number in numbers))
    before = [number() for number in numbers]
    supervisor.restart("one")
    turn_until(supervisor, lambda: numbers[0]() not in (0, before[0]))
    assert numbers[1]() == before[1]
    assert alive(before[1])
    assert not alive(before[0])


def test_a_log_file_that_cannot_be_written_loses_the_line_only(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = Log(tmp_path, "full")
    log._file.stream.close()
    log._file.stream = Path("/dev/full").open("w")  # noqa: SIM115 - the handler's from now on
    log.feed(b"a line that is lost in the file\n")
    captured = capsys.readouterr()
    assert "a line that is lost in the file" in captured.out
    assert captured.err == ""
