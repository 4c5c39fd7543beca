"""Messages in a real Redis: sent again where they may be lost, and not where they only wait."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.webapp.processes import Broker
from webapp.queueing import messages_waiting
from webapp.runs.models import Run, Work
from webapp.runs.services import sweep as service
from webapp.runs.services.control import start_run
from webapp.runs.services.sweep import sweep
from webapp.studies.models import Study

LONG_AGO = timezone.now() - timedelta(minutes=10)
COUNT = 5


@pytest.fixture
def queued(study: Study, broker: Broker) -> Run:  # noqa: ARG001 - what is sent goes to it
    """A run whose Work has waited for long, with nothing sent for it yet."""
    run = Run.objects.create(study=study, recipe=study.recipe, state={}, state_version=1)
    Work.objects.bulk_create(
        Work(run=run, key=f"{n}", ordinal=n, kind="evaluate", value={}, queued=LONG_AGO) for n in range(COUNT)
    )
    return run


def test_a_long_queue_does_not_grow_by_itself(queued: Run, broker: Broker) -> None:
    for _ in range(3):
        sweep()
        Work.objects.update(sent=LONG_AGO)
        assert messages_waiting("device") == COUNT
    broker.client.flushall()
    assert messages_waiting("device") == 0
    assert sweep()["sent"] == COUNT
    assert queued.works.filter(sent__gt=LONG_AGO).count() == COUNT


def test_of_what_may_be_lost_that_is_sent_which_was_sent_longest_ago(
    queued: Run, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    sweep()
    Work.objects.update(sent=LONG_AGO)
    oldest = queued.works.get(ordinal=3)
    Work.objects.filter(pk=oldest.pk).update(sent=LONG_AGO - timedelta(minutes=1))
    broker.client.lpop("device")
    sent: list[str] = []
    monkeypatch.setattr(service, "send_on_commit", lambda _, identity: sent.append(str(identity)))
    assert sweep()["sent"] == 1
    assert sent == [str(oldest.pk)]


def test_a_run_that_waits_for_a_decision_is_told_of_once(study: Study, broker: Broker) -> None:
    start_run(study)
    assert messages_waiting("short") == 1
    for _ in range(3):
        assert sweep()["woken"] == 0
    broker.client.flushall()
    assert sweep()["woken"] == 1
    assert messages_waiting("short") == 1


def test_a_broker_that_is_away_has_nothing_waiting(broker: Broker, transactional_db: None) -> None:  # noqa: ARG001
    broker.stop()
    assert messages_waiting("device") == 0
    broker.start()
