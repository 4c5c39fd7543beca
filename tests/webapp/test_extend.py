"""A run that is over goes on with more to spend: another run of its study, which does nothing again."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from nas_engine.extension import More, extended
from nas_engine.local import Journal, run_locally
from nas_engine.recipe import recipe
from tests.webapp.conftest import DRAWS, Messages
from tests.webapp.live.test_fold import holds_at_every_prefix
from webapp.refusals import Conflict
from webapp.runs.models import Run, Work
from webapp.runs.selectors.digest import history_digest
from webapp.runs.services.control import cancel, start_run
from webapp.runs.services.delete import delete_run
from webapp.runs.services.extend import extend
from webapp.runs.store import folder_of
from webapp.studies.models import Study


def drained(study: Study, messages: Messages) -> Run:
    run = start_run(study)
    messages.drain()
    run.refresh_from_db()
    assert run.status == Run.Status.FINISHED, run.reason
    return run


def asked(works: Any) -> list[str]:
    """What workers were asked: estimator, weights and network of each candidate that they evaluated."""
    found = []
    for payload in works.filter(kind="evaluate", attempt__gt=0).values_list("value__payload", flat=True):
        where = [payload["estimator"]["kind"], (payload["supernet"] or {}).get("sha256")]
        found += [f"{where} {one['architecture']['genes']}" for one in payload["candidates"]]
    return found


def test_an_extended_run_ends_as_one_that_had_the_larger_budget_from_the_start_and_asks_nothing_twice(
    tiny: Study, messages: Messages, tmp_path: Path
) -> None:
    tiny.recipe["pipeline"] = [stage for stage in tiny.recipe["pipeline"] if stage.get("name") != "shrink"]
    tiny.save()  # the shrunk space is so small that a longer search finds nothing new
    run = drained(tiny, messages)
    more = More(evaluations=10)
    longer = extend(run, more)
    messages.drain()
    longer.refresh_from_db()
    assert (longer.status, longer.study_id, longer.extends_id) == (Run.Status.FINISHED, run.study_id, run.pk)
    whole = extended(recipe(tiny.recipe), more)
    assert longer.recipe == whole.plain
    run_locally(whole, tmp_path / "whole", checkpoint_seconds=1e9)
    assert history_digest(longer) == Journal(tmp_path / "whole").history_digest()
    assert not set(asked(run.works)) & set(asked(longer.works))
    assert len(asked(longer.works)) > 0
    assert longer.works.filter(kind="train", attempt__gt=0).count() == 0
    assert holds_at_every_prefix(longer, every=20) > 50
    # it is whole without the run that it extends
    delete_run(run)
    longer.refresh_from_db()
    assert longer.extends_id is None
    assert history_digest(longer) == Journal(tmp_path / "whole").history_digest()


def test_more_generations_evolve_anew(tiny: Study, messages: Messages) -> None:
    run = drained(tiny, messages)
    longer = extend(run, More(generations=1))
    messages.drain()
    longer.refresh_from_db()
    assert longer.status == Run.Status.FINISHED
    assert longer.events.filter(kind="generation evolved").count() == 4
    assert longer.works.get(key="0-train").attempt == 1


def test_a_run_whose_budget_was_spent_goes_on_and_so_does_one_that_was_cancelled(
    study: Study, messages: Messages
) -> None:
    study.recipe = {**DRAWS, "budget": {"search": {"evaluations": 2}}}
    study.save()
    run = drained(study, messages)
    longer = extend(run, More(evaluations=2))
    while longer.candidates.count() < 3:
        messages.take()
    assert longer.works.filter(attempt__gt=0).count() == 1
    cancel(longer.pk)
    messages.drain()
    longer.refresh_from_db()
    again = extend(longer, More(evaluations=1))
    messages.drain()
    again.refresh_from_db()
    assert again.status == Run.Status.FINISHED
    assert again.candidates.count() == 5
    assert again.works.filter(attempt__gt=0).count() == 2


def test_where_files_are_lost_the_work_is_done_again(tiny: Study, messages: Messages) -> None:
    run = drained(tiny, messages)
    shutil.rmtree(folder_of(run.pk))
    longer = extend(run, More(evaluations=1))
    messages.drain()
    longer.refresh_from_db()
    assert longer.status == Run.Status.FINISHED
    assert longer.works.get(key="0-train").attempt == 1


def test_a_run_that_is_not_over_or_infeasible_is_not_extended(run: Run, study: Study, messages: Messages) -> None:
    with pytest.raises(Conflict, match="this run is running; wait until it is over"):
        extend(run, More(evaluations=1))
    study.recipe = {**DRAWS, "budget": {"network": {"madds": 100}}}
    study.save()
    impossible = start_run(study)
    messages.drain()
    impossible.refresh_from_db()
    with pytest.raises(Conflict, match="this run is infeasible; change the limits in a clone"):
        extend(impossible, More(evaluations=1))
    assert Work.objects.filter(run__extends__isnull=False).count() == 0
