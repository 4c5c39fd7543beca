"""Redis that restarts, forgets and repeats itself, under real workers. None of it is seen in what a run finds."""

from __future__ import annotations

import time

import pytest

from tests.webapp.chaos.harness import is_unharmed, over, until
from tests.webapp.processes import Broker, Workers
from webapp.queueing import app
from webapp.runs.models import Work
from webapp.runs.services.control import start_run
from webapp.studies.models import Study

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.xdist_group("tiny"),
    pytest.mark.usefixtures("sweeper"),
]


def test_redis_may_be_stopped_and_started_empty_while_a_run_goes_on(
    tiny: Study, workers: Workers, broker: Broker
) -> None:
    workers.start()
    run = start_run(tiny)
    training = run.works.filter(key="0-train")
    until(training.filter(checkpoint__isnull=False).exists, "a checkpoint", workers.log)
    broker.stop()
    until(training.filter(status=Work.Status.DONE).exists, "a result without a broker", workers.log)
    broker.start()
    until(lambda: over(run), "the end of the run", workers.log)
    is_unharmed(run)


def test_the_queues_may_be_emptied_again_and_again(tiny: Study, workers: Workers, broker: Broker) -> None:
    run = start_run(tiny)
    until(lambda: broker.client.llen("short") > 0, "the first message")
    broker.client.flushall()  # nobody has taken it
    workers.start()
    for _ in range(20):
        broker.client.flushall()
        time.sleep(0.5)
    assert run.works.exists()  # it goes on in the gaps
    until(lambda: over(run), "the end of the run", workers.log)
    is_unharmed(run)


def test_every_message_may_come_again_and_again_to_two_workers(tiny: Study, workers: Workers) -> None:
    workers.start()
    workers.start()
    run = start_run(tiny)
    while not over(run):
        for work in run.works.values_list("pk", flat=True):
            app.send_task("runs.perform_work", [str(work)])
        for _ in range(3):
            app.send_task("runs.advance_run", [str(run.pk)])
        time.sleep(0.5)
    is_unharmed(run)
    assert set(run.works.values_list("attempt", flat=True)) == {1}
