"""The database notes every write that no rule of the queue allows, and no other."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from django.db.models import F

from tests.chaos import audit
from tests.webapp.conftest import Messages
from tests.webapp.test_queue import grown_old
from webapp.runs.models import Run, Work
from webapp.runs.services.claim import claim, fenced, hand_back, reclaim_stale
from webapp.runs.store import checkpoint_key


@pytest.fixture
def work(run: Run, messages: Messages) -> Iterator[Work]:
    """Queued, under the eyes of the audit."""
    messages.take()
    audit.install()
    yield run.works.get()
    audit.remove()


def test_what_the_queue_does_is_not_noted(work: Work, messages: Messages) -> None:
    first = claim(work.pk, "chaos/0")
    assert first is not None
    fenced(first, progress={"done": 1}, seconds=1.0)
    fenced(first, checkpoint={"key": checkpoint_key(first.key, 1), "sha256": "0" * 64}, deaths=0)
    hand_back(first, 2.0)
    second = claim(work.pk, "chaos/1")
    assert second is not None
    grown_old(second)
    assert reclaim_stale() == 1
    messages.drain()
    work.refresh_from_db()
    assert work.told
    assert audit.noted() == []


def written(work: Work, before: str, **fields: object) -> None:
    Work.objects.filter(pk=work.pk).update(status=before)
    Work.objects.filter(pk=work.pk).update(**fields)


OTHERS = {"key": "0-evaluate-0-7-checkpoint.safetensors", "sha256": "0" * 64}

BREACHES: list[tuple[str, Callable[[Work], None]]] = [
    ("taken from a worker that has it", lambda work: written(work, "running", attempt=F("attempt") + 1)),
    ("begun again though it is done", lambda work: written(work, "done", status="running")),
    ("written after its end", lambda work: written(work, "done", seconds=9.0)),
    ("pointed to a checkpoint of another attempt", lambda work: written(work, "running", checkpoint=OTHERS)),
    ("written while nobody has it", lambda work: written(work, "queued", progress={"done": 9})),
]


@pytest.mark.parametrize(("rule", "breach"), BREACHES, ids=[rule for rule, _ in BREACHES])
def test_a_write_against_a_rule_is_noted(rule: str, breach: Callable[[Work], None], work: Work) -> None:
    breach(work)
    assert audit.noted() == [f"{work.key}: {rule}{f', by {who()}' if who() else ''}"]


def test_on_postgresql_a_write_of_another_worker_than_the_owner_is_noted(work: Work) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("connections to SQLite have no names")
    mine = claim(work.pk, "chaos/0")
    assert mine is not None
    with connection.cursor() as cursor:
        cursor.execute("set application_name to 'chaos/1'")
    fenced(mine, progress={"done": 1})
    with connection.cursor() as cursor:
        cursor.execute("set application_name to ''")
    assert audit.noted() == [f"{work.key}: written by another than its owner, by chaos/1"]


def who() -> str:
    if connection.vendor == "sqlite":
        return ""
    with connection.cursor() as cursor:
        cursor.execute("select current_setting('application_name')")
        return str(cursor.fetchone()[0])
