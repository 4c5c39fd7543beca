"""A run of one studio, taken away as a bundle, is made again on another and comes out to the same digest."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

import pytest

from spacewright import Client, Origin, Study
from tests.short import SHORT
from tests.webapp.api.conftest import member
from tests.webapp.bundles.conftest import api, taken
from tests.webapp.conftest import Messages
from tests.webapp.processes import ROOT, Broker, Process, free_port
from tests.webapp.processes import SHORT as QUICKLY
from webapp.accounts.models import Role, Team
from webapp.runs.models import Run
from webapp.runs.selectors.digest import history_digest
from webapp.runs.services.control import start_run
from webapp.studies.models import Study as StudyRow

BEGIN = """
import django, os
os.environ["DJANGO_SETTINGS_MODULE"] = "webapp.settings"
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("first_login")
"""


@dataclass
class Elsewhere:
    """Another studio: a database of its own, a web server and a worker as processes."""

    address: str
    token: str


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Elsewhere]:
    var, port = tmp_path / "elsewhere", free_port()
    var.mkdir()
    broker = Broker(var)
    own = {"DATABASE_URL": f"sqlite:///{var / 'own.sqlite'}", "REDIS_URL": broker.url, "VAR_DIR": str(var), **QUICKLY}
    env = {**os.environ, **own}
    done = subprocess.run([sys.executable, "-c", BEGIN], cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    token = re.search(r"spacewright_\S+", done.stdout)
    assert token is not None, done.stdout
    web = Process(["-m", "uvicorn", "webapp.asgi:application", "--port", str(port)], env, var / "web.log")
    queue = ["-m", "celery", "-A", "webapp", "worker", "-n", "other@test", "-Q", "short,device", "-c", "1"]
    worker = Process([*queue, "-l", "warning"], env, var / "worker.log")
    yield Elsewhere(f"http://127.0.0.1:{port}", token[0])
    worker.kill()
    web.kill()
    broker.stop()


def compared(study: Study) -> Origin:
    """How it came out, which is known right after the end; the deadline is a hang guard."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        found = study.refresh().origin
        assert found is not None
        if found.outcome != "pending":
            return found
        time.sleep(0.3)
    pytest.fail("the run was never compared with its bundle")


def test_a_bundle_of_one_studio_comes_out_on_another_to_the_same_digest(
    transactional_db: None,  # noqa: ARG001 - the database comes first
    messages: Messages,
    elsewhere: Elsewhere,
    tmp_path: Path,
) -> None:
    """Here the rows of the test's database (PostgreSQL, where it is one), there SQLite and real processes."""
    study = StudyRow.objects.create(team=Team.objects.create(name="here"), name="short", recipe=SHORT)
    run = start_run(study)
    messages.drain()
    run.refresh_from_db()
    assert run.status == Run.Status.FINISHED
    file = tmp_path / "short.bundle.zip"
    file.write_bytes(taken(api(member(study.team, Role.EDITOR)).get(f"/api/v1/studies/{study.pk}/bundle/")))

    with Client(elsewhere.address, elsewhere.token) as client:
        again = client.studies.create_from_bundle(file)
        kinds = [event.kind for event in again.watch(every=0.3)]
        assert kinds[-1] == "run ended"
        origin = compared(again)
        theirs = again.bundle(tmp_path / "again.bundle.zip")
    assert (origin.outcome, origin.history_digest) == ("equal", history_digest(run))
    assert origin.said == f"it came out equal: history digest {history_digest(run)}"  # the environment too

    with ZipFile(theirs) as there, ZipFile(file) as here:
        digests = [json.loads(one.read("bundle.json"))["history_digest"] for one in (there, here)]
    assert digests == [history_digest(run)] * 2
