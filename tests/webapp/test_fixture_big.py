"""`manage.py fixture_big`: a large study, honest about its scores."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from nas_engine.preview import network
from nas_engine.preview import recipe as read_recipe
from tests.webapp.made_up import client_of, made_up_run
from webapp.accounts.models import Team
from webapp.live.fold import fold
from webapp.runs.models import Run, Tally
from webapp.runs.selectors.events import events_since
from webapp.runs.selectors.snapshot import snapshot, snapshot_at
from webapp.runs.services import made_up
from webapp.studies.models import Study

pytestmark = pytest.mark.usefixtures("transactional_db")


def test_the_command_makes_a_study_once_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CommandError, match="make run"):
        call_command("fixture_big", candidates=60)
    Team.objects.create(name="ours")
    call_command("fixture_big", candidates=60)
    study = Study.objects.get()
    assert study.name == "60 candidates, made-up scores"
    assert f"/studies/{study.pk}/" in capsys.readouterr().out
    call_command("fixture_big", candidates=60)
    assert "it is there" in capsys.readouterr().out
    assert Study.objects.count() == 1
    call_command("fixture_big", candidates=60, again=True)
    assert Study.objects.count() == 2
    with pytest.raises(CommandError, match="wanted two or more"):
        call_command("fixture_big", candidates=1)


def test_its_networks_are_real_and_within_the_budget() -> None:
    run = made_up_run(60)
    plan = read_recipe(run.recipe)
    limit = plan.budget.network.madds
    assert limit is not None
    rows = list(run.candidates.select_related("architecture"))
    assert len(rows) == 60
    for row in rows:
        if row.score is None:
            continue
        cost = network(plan, row.architecture.genes).cost
        assert (row.params, row.madds) == (cost.params, cost.madds)
        assert cost.madds <= limit
        assert 0 <= row.score <= 1


def test_its_facts_lead_to_what_its_page_shows() -> None:
    run = made_up_run(120)
    assert (run.status, run.last_seq) == ("finished", 120 + 6)
    state = snapshot_at(run, 0)
    for event in events_since(run, 0, 1_000):
        state = fold(state, event)
    assert state == snapshot(run)
    assert [stage["state"] for stage in state["stages"]] == ["finished", "finished"]
    assert "made up" in state["reason"]


def test_its_tallies_count_its_answers() -> None:
    run = made_up_run(300)
    counted = Counter(run.candidates.values_list("stage", "status"))
    assert {(t.stage, t.status): t.count for t in Tally.objects.filter(run=run)} == counted
    assert any(status == "failed" for _, status in counted)


def test_its_pages_answer() -> None:
    run = made_up_run(60)
    client = client_of(run)
    page = client.get(f"/studies/{run.study_id}/").content.decode()
    assert "made-up scores" in page
    [address, *_] = re.findall(rf"/runs/{run.pk}/architectures/\w+/", page)
    for path in (address, f"/runs/{run.pk}/candidates/", f"/runs/{run.pk}/history/", "/"):
        assert client.get(path).status_code == 200


def test_an_interrupted_making_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(made_up, "CHUNK", 10)
    seen = []

    def interrupt(count: int) -> None:
        seen.append(count)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        made_up.make_up_study(Team.objects.create(name="ours"), 60, interrupt)
    assert seen
    assert not Study.objects.exists()
    assert not Run.objects.exists()
