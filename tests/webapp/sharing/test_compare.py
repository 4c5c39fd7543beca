"""The Compare page, REST's comparison, and the link to one."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.webapp.api.conftest import ExactClient
from tests.webapp.conftest import DRAWS
from tests.webapp.sharing.conftest import browser
from webapp.accounts.models import Team, User
from webapp.runs.models import Candidate, Event, Run, Work
from webapp.runs.selectors.cloud import front
from webapp.runs.services.made_up import make_up_study
from webapp.sharing.services.share import Terms, share
from webapp.sharing.subjects import a_comparison, networks_named, studies_named
from webapp.studies.comparison import found as found_module
from webapp.studies.comparison.fields import MOST, difference
from webapp.studies.comparison.found import found_by
from webapp.studies.models import Study


@pytest.fixture
def second(run: Run) -> Study:
    return make_up_study(run.study.team, 20)


def test_only_fields_that_differ_are_told_and_a_field_that_is_missing_is_none() -> None:
    one = {"seed": 1, "space": {"kind": "chain", "operators": ["a", "b"]}, "pipeline": [{"kind": "search"}]}
    other = {"seed": 2, "space": {"kind": "chain", "operators": ["a"]}, "pipeline": [{"kind": "search", "draws": 3}]}
    found = difference([one, other, one])
    assert [(field.path, field.values) for field in found.fields] == [
        ("seed", ("1", "2", "1")),
        ("space.operators", ('["a", "b"]', '["a"]', '["a", "b"]')),
        ("pipeline.0.draws", (None, "3", None)),
    ]
    assert difference([one, one]).fields == ()
    assert difference([one]).fields == ()


def test_a_difference_is_no_longer_than_a_page_bears() -> None:
    found = difference([{str(number): number for number in range(MOST + 5)}, {"long": "x" * 5000}])
    assert (len(found.fields), found.more) == (MOST, 6)
    assert len(difference([{"a": "x" * 5000}, {"a": "y"}]).fields[0].values[0] or "") == 160


def test_a_curve_counts_answers_and_ends_at_the_newest_and_a_front_is_exact(run: Run) -> None:
    found = found_by(run)
    rows = Candidate.objects.filter(run=run, stage=1, score__isnull=False).order_by("number")
    told = list(rows.values_list("number", "madds", "score"))
    assert found.stage == 1
    assert (found.evaluations, found.answers) == (30, len(told))
    assert found.curve.score[-1] == max(score for _, _, score in told)
    assert list(found.curve.score) == sorted(found.curve.score)
    assert found.curve.evaluations[-1] == 30
    best = {number: (madds, score) for number, madds, score in told}
    assert list(zip(found.front.madds, found.front.score, strict=True)) == [best[number] for number in front(told)]
    assert set(found.curve.seconds) == {None}  # nobody worked on it


def test_device_seconds_are_those_of_all_that_had_ended_when_the_answer_came(run: Run) -> None:
    numbers = list(
        Candidate.objects.filter(run=run, improved=True, stage=1).order_by("number").values_list("number", flat=True)
    )
    now = timezone.now()
    for ordinal, seconds in enumerate((2.0, 3.5)):
        Work.objects.create(
            run=run,
            key=f"{ordinal}",
            ordinal=ordinal,
            kind="evaluate",
            value={},
            queued=now,
            seconds=seconds,
            ended=now + timedelta(minutes=ordinal),
        )
    Event.objects.filter(run=run).update(created=now + timedelta(seconds=1))
    Event.objects.filter(run=run, seq=numbers[-1]).update(created=now + timedelta(hours=1))
    found_module._found.cache_clear()
    found = found_by(run)
    assert found.seconds == 5.5
    assert found.curve.seconds[: len(numbers)] == (*[2.0] * (len(numbers) - 1), 5.5)


def test_of_very_many_answers_some_stand_for_all(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(found_module, "MOST_POINTS", 8)
    found_module._found.cache_clear()
    found = found_by(run)
    assert len(found.points.madds) < found.answers
    assert set(found.front.architecture) <= set(found.points.architecture)
    found_module._found.cache_clear()


def test_the_page_lays_studies_side_by_side(editor: User, run: Run, second: Study) -> None:
    begun = Study.objects.create(team=run.study.team, name="not begun", recipe=DRAWS)
    client = browser(editor)
    where = f"/compare/?studies={run.study_id}&studies={second.pk},{begun.pk}"
    page = client.get(where).content.decode()
    for told in (run.study.name, second.name, "not begun", "pipeline.0.strategy.draws", "not compared", "Share"):
        assert told in page
    assert f"/compare/?studies={run.study_id},{second.pk}" in page  # without the third
    data = re.search(r'"data": "([^"]+)"', page)
    assert data is not None
    subjects = client.get(data[1]).json()["subjects"]
    assert [one["letter"] for one in subjects] == ["A", "B", "C"]
    assert [one["found"] and one["found"]["evaluations"] for one in subjects] == [30, 20, None]


def test_the_page_lays_networks_side_by_side(editor: User, run: Run) -> None:
    keys = list(
        dict.fromkeys(Candidate.objects.filter(run=run, status="scored").values_list("architecture__key", flat=True))
    )
    named = f"{run.pk}:{keys[0]},{run.pk}:{keys[1]}"
    page = browser(editor).get(f"/compare/?architectures={named}").content.decode()
    assert "place " in page
    assert "There is no other recipe here that differs." in page
    assert f"/compare/?architectures={named},{run.pk}:" in page  # what could stand beside
    assert f"/compare/?architectures={run.pk}:{keys[1]}" in page
    assert (
        f'href="/compare/?architectures={run.pk}:{keys[0]}"'
        in browser(editor).get(f"/runs/{run.pk}/architectures/{keys[0]}/").content.decode()
    )


def test_what_cannot_be_compared_says_so(editor: User, run: Run) -> None:
    client = browser(editor)
    assert "Nothing is chosen yet" in client.get("/compare/").content.decode()
    seven = ",".join(f"00000000-0000-4000-8000-00000000000{number}" for number in range(7))
    refused = client.get(f"/compare/?studies={seven}")
    assert refused.status_code == 400
    assert "wanted at most 6" in refused.content.decode()
    theirs = make_up_study(Team.objects.create(name="others"), 4)
    for named in (
        f"studies={run.study_id},{theirs.pk}",
        f"architectures={theirs.runs.get().pk}:abc",
        f"architectures={run.pk}:%00",
        "studies=no",
    ):
        assert client.get(f"/compare/?{named}").status_code == 404, named
        assert client.get(f"/compare/data/?{named}").status_code == 404, named
        assert ExactClient(editor)("GET", f"/compare/?{named}").status_code == 404, named


def test_ticks_of_the_list_stay_over_its_pages(editor: User, run: Run) -> None:
    client = browser(editor)
    assert f'value="{run.study_id}" checked' in client.get(f"/?studies={run.study_id}").content.decode()
    for number in range(26):
        Study.objects.create(team=run.study.team, name=f"leaf {number}", recipe=DRAWS)
    page = client.get(f"/?studies={run.study_id}&studies=no").content.decode()
    assert f'<input type="hidden" name="studies" value="{run.study_id}">' in page
    assert f"studies={run.study_id}" in page.partition('aria-label="Pages"')[2]


def test_a_large_comparison_takes_few_queries(editor: User, run: Run, second: Study) -> None:
    client = browser(editor)
    where = f"/compare/data/?studies={run.study_id},{second.pk}"
    found_module._found.cache_clear()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        client.get(where)
    assert len(queries) < 40
    with CaptureQueriesContext(connection) as again:
        client.get(where)
    assert len(again) < len(queries) - 10  # what a run has found up to a fact is kept


def test_rest_compares_too(editor: User, run: Run, second: Study, key: str) -> None:
    ask = ExactClient(editor)
    found = ask("GET", f"/compare/?studies={run.study_id},{second.pk}").json()
    assert [one["study"] for one in found["subjects"]] == [str(run.study_id), str(second.pk)]
    assert "pipeline.0.strategy.draws" in [one["path"] for one in found["recipes"]["fields"]]
    assert ask("GET", f"/compare/?architectures={run.pk}:{key}").json()["subjects"][0]["architecture"] == key
    assert ask("GET", "/compare/").status_code == 400
    assert ask("GET", f"/compare/?studies={','.join(str(Team().pk) for _ in range(7))}").status_code == 400
    assert ExactClient(None)("GET", "/compare/").status_code == 401


def test_a_link_to_a_comparison_leads_nowhere_else(
    editor: User, run: Run, second: Study, key: str, stranger: Client
) -> None:
    for shown in (
        a_comparison(studies_named(editor, [run.study_id, second.pk]), ()),
        a_comparison((), networks_named(editor, [(run.pk, key)])),
    ):
        _, token = share(editor, shown, Terms(with_files=True))
        where = f"/shared/{token}/"
        page = stranger.get(where).content.decode()
        led = [one for one in re.findall(r'(?:href|src|action)="([^"#]+)"', page) if not one.startswith("/static/")]
        assert led == []
        told = stranger.get(f"{where}comparison/").content.decode()
        for secret in ("@example.org", "vision", str(run.pk), str(run.study_id)):
            assert secret not in page + told
        assert (run.study.name in page + told) == bool(shown.studies)
        for more in (f"runs/{run.pk}/state/", f"runs/{run.pk}/history/", f"runs/{run.pk}/candidates/"):
            assert stranger.get(where + more).status_code == 404


def test_a_comparison_is_shared_from_its_page(editor: User, run: Run, second: Study) -> None:
    here = f"/shares/?studies={run.study_id},{second.pk}"
    client = browser(editor)
    made = client.post(here, {"days": "1"}).content.decode()
    link = re.search(r'value="http://testserver(/shared/[\w-]+/)"', made)
    assert link is not None
    assert second.name in Client().get(link[1]).content.decode()
    assert f"{run.study.name}, {second.name}" in client.get("/shares/").content.decode()
