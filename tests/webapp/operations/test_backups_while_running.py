"""A backup in the midst of a running study, restored into an empty folder: the study goes on there, by real processes."""

from __future__ import annotations

import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from tests.webapp.chaos.harness import is_unharmed, over, until
from tests.webapp.processes import ROOT, Broker, Process, Workers, database_url, environment
from tests.webapp.undisturbed import undisturbed_digest
from webapp.operations.backups.make import make_backup
from webapp.runs.models import Run
from webapp.runs.services.control import start_run
from webapp.studies.models import Study

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
END = """
import time
from webapp.runs.models import Run
from webapp.runs.selectors.digest import history_digest
while (run := Run.objects.get()).status == Run.Status.RUNNING:
    time.sleep(0.2)
print(run.status, run.reason, history_digest(run))
"""


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[str]:
    """The address of an empty database."""
    if connection.vendor == "sqlite":
        yield f"sqlite:///{tmp_path / 'elsewhere' / 'studio.sqlite'}"
        return
    name = f"elsewhere_{uuid.uuid4().hex[:8]}"
    with connection.cursor() as cursor:
        cursor.execute(f"create database {name}")
    yield f"{database_url().rpartition('/')[0]}/{name}"
    with connection.cursor() as cursor:
        cursor.execute(f"drop database {name} with (force)")


def manage(env: dict[str, str], *arguments: str) -> str:
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def test_a_running_study_goes_on_from_its_backup_elsewhere_and_finds_the_same(
    tiny: Study, workers: Workers, broker: Broker, tmp_path: Path, elsewhere: str
) -> None:
    """A checkpoint at every step: files come and go while they are copied."""
    workers.start()
    run = start_run(tiny)
    until(lambda: run.works.filter(checkpoint__isnull=False).exists(), "a checkpoint", workers.log)
    events = run.events.count()
    made = make_backup(tmp_path / "backup")
    assert Run.objects.get().status == Run.Status.RUNNING
    assert made.files
    assert made.missing == ()
    sweeper = Process(["manage.py", "sweep", "--every", "0.3"], environment(broker, tmp_path), tmp_path / "sweep.log")
    until(lambda: over(run), "the end of the run here", workers.log)
    is_unharmed(run)  # the backup has not disturbed it
    assert run.events.count() > events
    workers.kill()
    sweeper.kill()

    (tmp_path / "elsewhere").mkdir()
    env = environment(broker, tmp_path / "elsewhere", DATABASE_URL=elsewhere)
    assert "it goes on" in manage(env, "restore", str(tmp_path / "backup"))
    celery = ["-m", "celery", "-A", "webapp", "worker", "-Q", "short,device", "-c", "1"]
    started = [
        Process(celery, env, tmp_path / "elsewhere" / "worker.log"),
        Process(["manage.py", "sweep", "--every", "0.3"], env, tmp_path / "elsewhere" / "sweeper.log"),
    ]
    try:
        status, _, digest = manage(env, "shell", "--no-imports", "-c", END).strip().partition("  ")
    finally:
        for process in started:
            process.kill()
    assert (status, digest) == ("finished", undisturbed_digest())
