"""A studio with one of everything, asked whatever its schema allows and forbids, by every kind of visitor.

Schemathesis draws the requests from the live schema and holds every answer to it: no 5xx, no status, header or body that the schema
does not name. Beside that, whoever is not in the team must neither read nor change anything of it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core import serializers

from tests.webapp.live.processes import Web
from tests.webapp.permissions.rows import VISITORS
from tests.webapp.permissions.world import SECRET, World, world
from tests.webapp.processes import ROOT, Broker

CONFIG = Path(__file__).parent / "schemathesis.toml"
OUTSIDE = ("stranger", "expired link", "revoked token", "other team")
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
    "response_schema_conformance,negative_data_rejection,missing_required_header,unsupported_method,ignored_auth"
)
UNLIMITED = {f"RATE_{kind}": "0" for kind in ("READ", "WRITE", "UPLOAD", "EXPENSIVE", "UNKNOWN")}
OF_DJANGO = ("admin", "auth", "contenttypes", "sessions", "account", "mfa", "usersessions", "audit")
OF_PERSONS = ("accounts.user", "accounts.token", "accounts.attempt")


@dataclass
class Told:
    """What came of one visitor's requests."""

    visitor: str
    wrong: str  # nothing where all is well
    log: str


@contextmanager
def studio(folder: Path, **variables: str) -> Iterator[tuple[Web, World]]:
    """The pages and REST as a process, on this process's database."""
    made, broker = world(folder), Broker(folder)
    try:
        web = Web(broker.url, Path(settings.FILES).parent, **UNLIMITED, **variables)
        try:
            yield web, made
        finally:
            web.stop()
    finally:
        broker.stop()


def rows() -> dict[tuple[str, str], str]:
    """Every row that is no person's own, as JSON."""
    found = {}
    for model in apps.get_models():
        if model._meta.app_label not in OF_DJANGO and model._meta.label_lower not in OF_PERSONS:
            for row in model._default_manager.order_by("pk"):
                found[model._meta.label, str(row.pk)] = serializers.serialize("json", [row])
    return found


def harmed(before: dict[tuple[str, str], str], after: dict[tuple[str, str], str], team: str) -> list[str]:
    """Rows that are gone or differ, and new ones of the team."""
    changed = [name for (name, pk), row in before.items() if after.get((name, pk)) != row]
    return changed + [name for (name, pk), row in after.items() if (name, pk) not in before and team in row]


def held(web: Web, made: World, visitor: str, folder: Path, asked: list[str]) -> Told:
    """Ask as this visitor; `asked` says how much."""
    report, before = folder / f"{visitor.replace(' ', '-')}.har", rows()
    token = made.tokens.get(visitor)
    header = ["--header", f"Authorization: Bearer {token}"] if token else []
    schema = folder / "schema.json"
    command = [
        Path(sys.executable).parent / "st",
        "--config-file",
        CONFIG,
        "run",
        schema,
        "--url",
        f"http://{web.address}",
        *header,
    ]
    command += ["--checks", CHECKS, "--report", "har", "--report-har-path", report, "--continue-on-failure", *asked]
    done = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}, cwd=folder
    )
    wrong = [done.stdout] if done.returncode else []
    after = rows()
    if visitor not in ("editor", "owner"):
        wrong += [f"{visitor} changed {name}" for name in harmed(before, after, made.things["team"])]
    if visitor in OUTSIDE and SECRET in report.read_text(errors="replace"):
        wrong.append(f"{visitor} was told of what the team has; see {report}")
    wrong += [web.log()] if "Traceback" in web.log() else []
    return Told(visitor, "\n".join(wrong), done.stdout + done.stderr)


ORDER = tuple(sorted(VISITORS, key=lambda one: one in ("editor", "owner")))  # who may change anything comes last
