"""The quick start of docs/client.md, against a studio of real processes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.webapp.live.processes import Web
from tests.webapp.processes import ROOT, Broker, Workers
from webapp.accounts.models import Membership, Role, Team, User
from webapp.accounts.services.tokens import make_token

PAGE = (ROOT / "docs" / "client.md").read_text(encoding="utf-8")
PATIENCE = 240.0  # seconds; a guard against hanging
WINNER = {"network.py", "weights.safetensors", "network.onnx", "architecture.json", "MODEL_CARD.md"}


def block(language: str) -> str:
    """The first fenced block of a language in the page."""
    found = re.search(rf"^```{language}\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


@dataclass
class Person:
    """Somebody at a terminal of their own, with a token for the studio."""

    folder: Path
    address: str
    token: str

    def runs(self, *command: str, given: str = "") -> subprocess.CompletedProcess[str]:
        env = {name: value for name, value in os.environ.items() if not name.startswith("SPACEWRIGHT")}
        env |= {"PATH": f"{self._programs()}:{env['PATH']}", "HOME": str(self.folder), "XDG_CONFIG_HOME": ""}
        env |= {"PYTHONPATH": str(ROOT / "client" / "src")}
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=env,
            input=given,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        return done

    def _programs(self) -> Path:
        """The command, whether it is installed here or not."""
        folder = self.folder / "bin"
        folder.mkdir(exist_ok=True)
        (folder / "spacewright").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m spacewright "$@"\n')
        (folder / "spacewright").chmod(0o755)
        return folder


@pytest.fixture
def person(transactional_db: None, broker: Broker, workers: Workers, tmp_path: Path) -> Iterator[Person]:  # noqa: ARG001
    """An editor of a team, at a studio of web server, worker, Redis and the test's database."""
    user = User.objects.create_user("editor@example.org", "a long enough password")
    Membership.objects.create(user=user, team=Team.objects.create(name="vision"), role=Role.EDITOR)
    workers.start()
    web = Web(broker.url, tmp_path)
    home = tmp_path / "home"
    home.mkdir()
    yield Person(home, f"http://{web.address}", make_token(user, "tests")[1])
    web.stop()


def test_the_quick_start_works_as_it_stands_in_the_docs(person: Person) -> None:
    commands = block("sh").replace("http://127.0.0.1:8000", person.address)
    said = person.runs("bash", "-ec", commands, given=f"{person.token}\n").stdout
    assert "logged in at" in said
    assert re.search(r"^evolve$", said, flags=re.MULTILINE)
    assert re.search(r"^my first search: finished$", said, flags=re.MULTILINE)
    assert {path.name for path in (person.folder / "winner").iterdir()} >= WINNER
    kept = person.folder / ".config" / "spacewright" / "login.json"
    assert kept.stat().st_mode & 0o777 == 0o600

    (person.folder / "winner" / "network.py").unlink()
    script = person.runs(sys.executable, "-c", block("python")).stdout.splitlines()
    assert script[0] == "1 run started"
    assert script[-1].endswith(" run ended")
    assert [int(line.split()[0]) for line in script] == list(range(1, len(script) + 1))
    assert (person.folder / "winner" / "network.py").exists()
