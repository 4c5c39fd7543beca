"""A run that failed or was cancelled goes on from its last checkpoint, and finds what an undisturbed one finds."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from nas_engine.exporters import ModelCard
from tests.webapp.conftest import DRAWS, Messages
from tests.webapp.live.test_fold import holds_at_every_prefix
from tests.webapp.undisturbed import undisturbed_digest
from webapp.refusals import Conflict
from webapp.runs.context import RowContext
from webapp.runs.models import Run, Work
from webapp.runs.selectors.digest import history_digest
from webapp.runs.selectors.snapshot import snapshot
from webapp.runs.services.claim import claim, reclaim_stale
from webapp.runs.services.control import cancel, start_run
from webapp.runs.services.retry import retry
from webapp.studies.models import Study


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkpoint a step."""
    monkeypatch.setattr("webapp.environment.environment.checkpoint_seconds", 0.0)


def cancelled_at(monkeypatch: pytest.MonkeyPatch, kind: str, step: int) -> None:
    """The first Work of a kind is cancelled by its user at a step; the ones after it are left alone."""
    real, steps = RowContext.check, []

    def check(context: RowContext) -> None:
        if context.work.kind == kind:
            steps.append(context.work.key)
            if len(steps) == step:
                cancel(context.row.run_id)
        real(context)

    monkeypatch.setattr(RowContext, "check", check)


def lost(work: Work) -> None:
    """Its worker is gone without a word."""
    assert claim(work.pk, "gone")
    Work.objects.filter(pk=work.pk).update(heartbeat=timezone.now() - timedelta(hours=1))
    reclaim_stale()


@pytest.mark.usefixtures("often")
@pytest.mark.parametrize(("kind", "step"), [("train", 4), ("evaluate", 3), ("retrain", 2)])
def test_a_cancelled_run_goes_on_from_its_checkpoint_and_ends_as_the_undisturbed_one(
    kind: str, step: int, tiny: Study, messages: Messages, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = start_run(tiny)
    cancelled_at(monkeypatch, kind, step)
    messages.drain()
    run.refresh_from_db()
    assert (run.status, run.wanted) == (Run.Status.CANCELLED, Run.Wanted.CANCEL)
    assert history_digest(run) != undisturbed_digest()
    dropped = run.works.get(status=Work.Status.DROPPED)
    assert kind != "train" or dropped.checkpoint is not None
    assert retry(run.pk)
    run.refresh_from_db()
    assert (run.status, run.wanted, run.ended) == (Run.Status.RUNNING, Run.Wanted.RUN, None)
    messages.drain()
    run.refresh_from_db()
    assert run.status == Run.Status.FINISHED
    assert history_digest(run) == undisturbed_digest()


@pytest.mark.usefixtures("often")
def test_a_run_that_lost_three_workers_goes_on_from_its_checkpoint_and_ends_as_the_undisturbed_one(
    tiny: Study, messages: Messages, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = start_run(tiny)
    cancelled_at(monkeypatch, "train", 4)
    messages.drain()
    retry(run.pk)
    messages.waiting.clear()
    work = run.works.get(status=Work.Status.QUEUED)
    for _ in range(3):
        lost(work)
    messages.drain()
    run.refresh_from_db()
    assert (run.status, "3 workers were lost" in run.reason) == (Run.Status.FAILED, True)
    reached = run.works.get().checkpoint
    assert reached is not None
    assert retry(run.pk)
    work.refresh_from_db()
    assert (work.status, work.deaths, work.result, work.checkpoint) == (Work.Status.QUEUED, 0, None, reached)
    messages.drain()
    run.refresh_from_db()
    assert (run.status, run.reason) == (Run.Status.FINISHED, "")
    assert history_digest(run) == undisturbed_digest()
    assert holds_at_every_prefix(run, every=20) > 50
    assert snapshot(run)["reason"] == ""
    assert [event.payload["status"] for event in run.events.filter(kind="run ended")] == [
        "cancelled", "failed", "finished"
    ]  # fmt: skip


def test_an_export_that_failed_is_done_again_and_only_it(
    tiny: Study, messages: Messages, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = start_run(tiny)

    def fail(*_: Any) -> dict[str, bytes]:
        raise OSError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(ModelCard, "files", fail)
        messages.drain()
    run.refresh_from_db()
    assert run.status == Run.Status.FAILED
    attempts = dict(run.works.exclude(kind="export").values_list("key", "attempt"))
    assert retry(run.pk)
    messages.drain()
    run.refresh_from_db()
    assert run.status == Run.Status.FINISHED
    assert history_digest(run) == undisturbed_digest()
    assert dict(run.works.exclude(kind="export").values_list("key", "attempt")) == attempts


def test_a_run_that_was_cancelled_before_it_began_begins(run: Run, messages: Messages) -> None:
    cancel(run.pk)
    messages.drain()
    assert retry(run.pk)
    messages.drain()
    run.refresh_from_db()
    assert run.status == Run.Status.FINISHED
    assert run.candidates.count() == 3


def test_a_retried_run_may_be_cancelled_and_retried_again(run: Run, messages: Messages) -> None:
    messages.take()
    for _ in range(3):
        cancel(run.pk)
        assert retry(run.pk)
    messages.drain()
    run.refresh_from_db()
    assert run.status == Run.Status.FINISHED
    assert holds_at_every_prefix(run) == run.last_seq


def test_a_run_that_goes_on_is_left_alone_and_one_that_cannot_go_on_is_refused(
    run: Run, study: Study, messages: Messages
) -> None:
    assert not retry(run.pk)
    messages.drain()
    with pytest.raises(Conflict, match="this run is finished; only one that failed or was cancelled is retried"):
        retry(run.pk)
    study.recipe = {**DRAWS, "budget": {"search": {"device_seconds": 1e-9}}}
    study.save()
    spent = start_run(study)
    messages.drain()
    spent.refresh_from_db()
    assert spent.status == Run.Status.FAILED
    with pytest.raises(Conflict, match=r"would end as it did before .*; extend its budget, or start another run"):
        retry(spent.pk)
    spent.refresh_from_db()
    assert spent.status == Run.Status.FAILED
