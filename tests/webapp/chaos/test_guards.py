"""Every guard carries its load: each scenario passes with its guard, and fails when that guard alone is taken away."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from tests.webapp.chaos.harness import is_unharmed, picture
from tests.webapp.chaos.unguarded import pointer_before_facts, sent_at_once, without_claim, without_fence
from tests.webapp.conftest import Messages
from tests.webapp.test_queue import grown_old
from webapp.runs import context as contexts
from webapp.runs.models import Run, Work
from webapp.runs.services.claim import reclaim_stale
from webapp.runs.services.control import start_run
from webapp.runs.services.perform import perform_work
from webapp.runs.store import RunStore
from webapp.studies.models import Study

pytestmark = pytest.mark.xdist_group("tiny")


class Killed(BaseException):
    """Ends a worker in this process as a signal would: nothing catches it."""


class Scene:
    """What a scenario plays with."""

    def __init__(self, study: Study, messages: Messages, patch: pytest.MonkeyPatch) -> None:
        self.study, self.messages, self.patch = study, messages, patch

    def in_training(self) -> tuple[Run, Work]:
        """The tiny run with its first training queued."""
        run = start_run(self.study)
        self.messages.take()
        return run, run.works.get()

    def at_the_second(self, owner: type, method: str, then: Callable[[], None]) -> None:
        """Let something happen once, right after the second call of a method."""
        original, calls = getattr(owner, method), [0]

        def around(*arguments: Any, **options: Any) -> Any:
            result = original(*arguments, **options)
            calls[0] += 1
            if calls[0] == 2:
                then()
            return result

        self.patch.setattr(owner, method, around)


def another_took_over(scene: Scene) -> None:
    """A worker stands still between a checkpoint's file and its pointer; another does the Work; the first writes nothing."""
    run, work = scene.in_training()
    pictures: list[str] = []

    def meanwhile() -> None:
        grown_old(work)
        assert reclaim_stale() == 1
        perform_work(work.pk, "another")
        assert run.works.get(pk=work.pk).status == Work.Status.DONE
        pictures.append(picture(run))

    scene.at_the_second(RunStore, "put", meanwhile)
    perform_work(work.pk, "stopped")
    assert pictures == [picture(run)], "the stopped worker wrote"


def message_came_twice(scene: Scene) -> None:
    """A copy of its message comes while a worker is at a Work, and another after its end: it is done once."""
    run, work = scene.in_training()
    scene.at_the_second(RunStore, "put", lambda: perform_work(work.pk, "another"))
    perform_work(work.pk, "first")
    perform_work(work.pk, "late")
    done = run.works.get(pk=work.pk)
    assert (done.attempt, done.owner, done.status) == (1, "first", Work.Status.DONE), "it was done twice"


def worker_was_faster(scene: Scene) -> None:
    """A worker looks at a message's row the moment that it is sent: the row is there."""
    found: list[bool] = []

    def look(name: str, identity: str) -> None:
        try:
            rows = Run.objects if name == "runs.advance_run" else Work.objects.filter(status=Work.Status.QUEUED)
            found.append(rows.filter(pk=identity).exists())
        finally:
            connection.close()

    def send(name: str, identity: str) -> None:
        worker = threading.Thread(target=look, args=(name, identity))  # has a connection of its own
        worker.start()
        worker.join()

    scene.patch.setattr("webapp.queueing._send", send)
    run = start_run(scene.study)
    scene.messages.waiting.append(("runs.advance_run", str(run.pk)))
    scene.messages.take()
    assert found == [True, True], "a message came before its row"


def killed_at_a_pointer(scene: Scene) -> None:
    """A worker dies right after a checkpoint's pointer has moved: the facts before that checkpoint are there."""
    run, work = scene.in_training()
    pointed, moves = contexts.fenced, [0]

    def fatal(row: Work, **fields: object) -> None:
        pointed(row, **fields)
        moves[0] += "checkpoint" in fields
        if moves[0] == 3:
            moves[0] += 1
            raise Killed

    scene.patch.setattr(contexts, "fenced", fatal)
    with pytest.raises(Killed):
        scene.messages.take()
    grown_old(work)
    assert reclaim_stale() == 1
    scene.messages.drain()
    told = set(run.events.values_list("key", flat=True))
    assert told >= {f"0-train/{step}/curve" for step in range(1, 7)}, "facts were lost"
    is_unharmed(run)


GUARDS = [
    pytest.param(another_took_over, without_fence, "the stopped worker wrote", id="the fence"),
    pytest.param(message_came_twice, without_claim, "it was done twice", id="the conditional claim"),
    pytest.param(worker_was_faster, sent_at_once, "a message came before its row", id="sending on commit"),
    pytest.param(killed_at_a_pointer, pointer_before_facts, "facts were lost", id="facts before the pointer"),
]


@pytest.fixture
def scene(tiny: Study, messages: Messages, monkeypatch: pytest.MonkeyPatch) -> Scene:
    monkeypatch.setattr("webapp.environment.environment.checkpoint_seconds", 0.0)
    return Scene(tiny, messages, monkeypatch)


@pytest.mark.parametrize(("scenario", "removal", "harm"), GUARDS)
def test_a_scenario_passes_with_its_guard(
    scenario: Callable[[Scene], None],
    removal: object,  # noqa: ARG001
    harm: str,  # noqa: ARG001
    scene: Scene,
) -> None:
    scenario(scene)


@pytest.mark.parametrize(("scenario", "removal", "harm"), GUARDS)
def test_a_scenario_fails_without_its_guard(
    scenario: Callable[[Scene], None], removal: Callable[[pytest.MonkeyPatch], None], harm: str, scene: Scene
) -> None:
    removal(scene.patch)
    with pytest.raises(AssertionError, match=harm):
        scenario(scene)
