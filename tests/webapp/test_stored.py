"""An upgrade with running studies: databases and run folders that earlier commits left in the midst of a training go on.

`tests/webapp/stored/make.py` says how they were made; each is named for its commit.
"""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections

from nas_engine.errors import StateMismatch
from nas_engine.local import Journal, run_locally
from nas_engine.recipe import recipe
from nas_engine.upgrades import STATE_VERSION
from nas_engine.wire import canonical
from tests.short import StopAt
from tests.webapp.conftest import Messages
from tests.webapp.stored.make import RECIPE
from webapp.refusals import Conflict
from webapp.runs.models import Run
from webapp.runs.selectors.digest import history_digest
from webapp.runs.selectors.snapshot import snapshot
from webapp.runs.services.claim import reclaim_stale
from webapp.runs.services.retry import retry

STORED = sorted((Path(__file__).parent / "stored").glob("*.tar.xz"))
LATER = STATE_VERSION + 1

pytestmark = [
    pytest.mark.xdist_group("stored runs"),
    pytest.mark.parametrize("stored", STORED, ids=lambda path: path.name.partition(".")[0]),
]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("undisturbed")
    run_locally(recipe(RECIPE), folder, checkpoint_seconds=1e9)
    return Journal(folder).history_digest()


@pytest.fixture
def unpacked(stored: Path, tmp_path: Path) -> Path:
    with tarfile.open(stored) as file:
        file.extractall(tmp_path, filter="data")
    return tmp_path


@pytest.fixture
def database(unpacked: Path, messages: Messages, django_db_blocker: Any) -> Iterator[None]:  # noqa: ARG001 - sends are caught
    """The stored database in place of the test's own, in this thread and in those that begin, and migrated."""
    with django_db_blocker.unblock():
        ours, kept = connections["default"], connections.settings["default"]
        theirs = {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(unpacked / "studio.sqlite"),
            "OPTIONS": {"timeout": 20},
        }
        connections.settings["default"] = {**deepcopy(ours.settings_dict), **theirs}
        del connections["default"]
        try:
            call_command("migrate", verbosity=0)
            yield
        finally:
            connections["default"].close()
            connections.settings["default"] = kept
            connections["default"] = ours


@pytest.mark.usefixtures("database")
def test_a_run_on_rows_goes_on_after_an_upgrade_and_finds_the_same(messages: Messages, undisturbed: str) -> None:
    run = Run.objects.get()
    assert run.status == Run.Status.RUNNING
    assert run.works.get().checkpoint is not None
    assert reclaim_stale() == 1  # its worker is long gone
    messages.drain()
    run.refresh_from_db()
    assert (run.status, run.reason) == (Run.Status.FINISHED, "")
    assert snapshot(run)["warnings"] == []  # it went on from its checkpoint
    assert history_digest(run) == undisturbed


@pytest.mark.usefixtures("database")
def test_a_run_on_rows_of_a_later_version_fails_with_the_reason_and_is_not_retried(messages: Messages) -> None:
    run = Run.objects.get()
    assert run.state is not None
    Run.objects.update(state={**run.state, "version": LATER})
    reclaim_stale()
    messages.drain()
    run.refresh_from_db()
    assert run.status == Run.Status.FAILED
    assert run.reason.startswith(f"this run's state is of version {LATER}, and this Spacewright reads {STATE_VERSION}")
    assert snapshot(run)["reason"] == run.reason
    with pytest.raises(Conflict, match=f"of version {LATER}"):
        retry(run.pk)


def test_a_run_folder_goes_on_after_an_upgrade_and_finds_the_same(unpacked: Path, undisturbed: str) -> None:
    watcher = StopAt()
    assert run_locally(recipe(RECIPE), unpacked / "folder", watcher).status == "finished"
    assert watcher.steps == [4, 5]
    journal = Journal(unpacked / "folder")
    assert not any(event.fact.kind == "warned" for _, event in journal.events())
    assert journal.history_digest() == undisturbed


def test_a_run_folder_of_a_later_version_is_refused_with_the_reason(unpacked: Path) -> None:
    journal = Journal(unpacked / "folder")
    state = journal.state()
    assert state is not None
    journal._db.execute("update run set state = ?", (canonical({**state, "version": LATER}),))
    journal.close()
    with pytest.raises(StateMismatch, match=f"of version {LATER}, and this Spacewright reads {STATE_VERSION}"):
        run_locally(recipe(RECIPE), unpacked / "folder")
