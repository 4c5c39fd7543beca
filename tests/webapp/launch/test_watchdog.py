"""Workers that are up and take nothing are told from those that have nothing to take."""

from __future__ import annotations

import pytest
from django.utils import timezone

from tests.webapp.conftest import Messages
from webapp.datasets.models import Dataset, Upload
from webapp.datasets.services.claim import claim as claim_check
from webapp.launch.watchdog import Watchdog
from webapp.runs.models import Run, Work
from webapp.runs.services.claim import claim
from webapp.runs.services.control import pause

HERE = {"here/short": 0.0, "here/cpu": 0.0}


@pytest.fixture
def queued(run: Run, messages: Messages) -> Work:
    """The run's first Work; its message is lost."""
    messages.take()
    messages.waiting.clear()
    return run.works.get()


def test_a_run_that_waits_for_its_first_decision_is_the_short_workers(run: Run) -> None:
    watchdog = Watchdog(60)
    assert watchdog.stuck(HERE, 100) == []  # seen waiting just now
    assert watchdog.stuck(HERE, 159) == []
    assert watchdog.stuck(HERE, 160) == ["here/short"]
    assert run.state is None


def test_work_that_waits_is_the_device_workers(queued: Work) -> None:
    watchdog = Watchdog(60)
    assert watchdog.stuck(HERE, 100) == []
    assert watchdog.stuck(HERE, 160) == ["here/cpu"]
    assert queued.status == Work.Status.QUEUED


def test_a_result_that_is_untold_is_the_short_workers(queued: Work) -> None:
    Work.objects.filter(pk=queued.pk).update(status=Work.Status.DONE, result={})
    watchdog = Watchdog(60)
    watchdog.stuck(HERE, 100)
    assert watchdog.stuck(HERE, 160) == ["here/short"]


def test_without_anything_to_do_nobody_is_stuck(queued: Work) -> None:
    pause(queued.run_id)
    watchdog = Watchdog(60)
    assert [watchdog.stuck(HERE, now) for now in (100, 160, 1000)] == [[], [], []]


def test_a_worker_has_time_from_its_start(queued: Work) -> None:  # noqa: ARG001
    watchdog = Watchdog(60)
    watchdog.stuck(HERE, 100)
    assert watchdog.stuck({"here/cpu": 150.0}, 200) == []
    assert watchdog.stuck({"here/cpu": 150.0}, 210) == ["here/cpu"]


def test_a_worker_that_checks_data_is_not_stuck_and_data_that_waits_is_for_the_device_workers(queued: Work) -> None:
    dataset = Dataset.objects.create(team=queued.run.study.team, name="birds")
    checking = Upload.objects.create(dataset=dataset, size=1, expires=timezone.now(), status="queued")
    assert claim_check(checking.pk, "here/cpu") is not None
    watchdog = Watchdog(60)
    watchdog.stuck(HERE, 100)
    assert watchdog.stuck(HERE, 160) == []
    Work.objects.all().delete()
    Upload.objects.update(status="queued", owner="")
    watchdog.stuck(HERE, 200)
    assert watchdog.stuck(HERE, 260) == ["here/cpu"]


def test_a_worker_that_has_work_is_not_stuck_though_more_waits(queued: Work) -> None:
    another = Work.objects.create(
        run=queued.run, key="another", ordinal=9, kind=queued.kind, value={}, queued=queued.queued
    )
    assert claim(another.pk, "here/cpu") is not None
    watchdog = Watchdog(60)
    watchdog.stuck(HERE, 100)
    assert watchdog.stuck(HERE, 160) == []
    assert watchdog.stuck({**HERE, "here/gpu-0": 0.0}, 170) == []  # first seen now
    assert watchdog.stuck({**HERE, "here/gpu-0": 0.0}, 230) == ["here/gpu-0"]


def test_a_worker_that_did_something_in_between_is_not_stuck(queued: Work) -> None:
    watchdog = Watchdog(60)
    watchdog.stuck(HERE, 100)
    Work.objects.create(
        run=queued.run,
        key="quick",
        ordinal=9,
        kind=queued.kind,
        value={},
        queued=queued.queued,
        owner="here/cpu",
        status=Work.Status.DONE,
        told=True,
    )
    assert watchdog.stuck(HERE, 160) == []
    assert watchdog.stuck(HERE, 219) == []
    assert watchdog.stuck(HERE, 220) == ["here/cpu"]


def test_one_worker_is_not_stuck_because_others_are_always_faster(queued: Work) -> None:
    """Something waits at every look, each time another thing."""
    watchdog = Watchdog(60)
    for now in range(100, 1000, 30):
        assert watchdog.stuck({"here/cpu": 0.0}, now) == []
        Work.objects.filter(pk=queued.pk).update(attempt=now)


def test_patience_doubles_with_each_start_in_vain_until_the_worker_takes_something(queued: Work) -> None:
    """A start that takes longer than the patience would otherwise be cut off for ever."""
    watchdog = Watchdog(60)
    watchdog.stuck({"here/cpu": 0.0}, 100)
    assert watchdog.stuck({"here/cpu": 0.0}, 160) == ["here/cpu"]
    assert watchdog.stuck({"here/cpu": 161.0}, 230) == []
    assert watchdog.stuck({"here/cpu": 161.0}, 281) == ["here/cpu"]
    assert watchdog.stuck({"here/cpu": 282.0}, 402) == []
    claimed = claim(queued.pk, "here/cpu")
    assert claimed is not None
    assert watchdog.stuck({"here/cpu": 282.0}, 410) == []
    Work.objects.filter(pk=queued.pk).update(status=Work.Status.QUEUED)
    assert watchdog.stuck({"here/cpu": 282.0}, 420) == []
    assert watchdog.stuck({"here/cpu": 282.0}, 479) == []
    assert watchdog.stuck({"here/cpu": 282.0}, 480) == ["here/cpu"]
