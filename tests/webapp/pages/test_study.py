"""The Study page's views: who sees what, which run, the table of candidates and what the charts begin with."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from nas_engine.architecture import Architecture
from nas_engine.budget import Cost
from nas_engine.candidate import Fidelity
from nas_engine.events import (
    CandidateEvaluated,
    CandidateFailed,
    CellRecord,
    CurvePoint,
    Event,
    Fact,
    GenerationEvolved,
    RunEnded,
)
from tests.webapp.conftest import Messages
from webapp.accounts.models import Membership, Role, Team, User
from webapp.runs.models import Run
from webapp.runs.services.control import start_run
from webapp.runs.services.events import append_events
from webapp.studies.models import Study


def logged_in(role: Role | None, team: Team) -> Client:
    user = User.objects.create_user(f"{role}@example.org", "a long enough password")
    Membership.objects.create(
        user=user, team=team if role else Team.objects.create(name="others"), role=role or "owner"
    )
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def editor(run: Run) -> Client:
    return logged_in(Role.EDITOR, run.study.team)


@pytest.fixture
def viewer(run: Run) -> Client:
    return logged_in(Role.VIEWER, run.study.team)


@pytest.fixture
def stranger(run: Run) -> Client:
    return logged_in(None, run.study.team)


def network(number: int) -> Architecture:
    return Architecture("chain", "0" * 16, (str(number),))


def scored(number: int, score: float, madds: int, stage: int = 0) -> CandidateEvaluated:
    found = network(number)
    return CandidateEvaluated(stage, found.key, found, score, Cost(10 + number, madds), Fidelity(), 0, "a")


def failed(number: int) -> CandidateFailed:
    found = network(number)
    return CandidateFailed(0, found.key, found, "out of memory", "too large")


def append(run: Run, *facts: Fact, work: str = "0-train") -> None:
    first = Run.objects.values_list("last_seq", flat=True).get(pk=run.pk)
    append_events(run.pk, [Event(f"{work}/{first + n}/x", fact) for n, fact in enumerate(facts)])


def text(answer: Any) -> str:
    assert answer.status_code == 200
    return str(answer.content.decode())


def keys(answer: Any) -> list[str]:
    """The networks of the table, in order."""
    return re.findall(r"/architectures/(\w+)/", text(answer))


def test_an_editor_is_offered_what_can_be_asked_and_a_viewer_nothing(run: Run, editor: Client, viewer: Client) -> None:
    page = text(editor.get(f"/studies/{run.study_id}/"))
    for word in ("Pause", "Finish now", "Cancel", "Clone", "Delete"):
        assert f">{word}</" in page
    page = text(viewer.get(f"/studies/{run.study_id}/"))
    assert run.study.name in page
    assert not re.findall(r'name="ask"|delete-dialog|Clone', page)


@pytest.mark.parametrize(("status", "how"), [("finished", "quiet"), ("failed", "bad")])
def test_what_is_said_of_a_finished_run_is_a_note_and_of_a_failed_one_an_error(
    run: Run, viewer: Client, status: str, how: str
) -> None:
    append(run, RunEnded(status, "why it ended"))
    page = text(viewer.get(f"/studies/{run.study_id}/"))
    notice = re.search(r'<p class="notice (\w+)" id="reason" role="(\w+)" *>why it ended</p>', page)
    assert notice is not None
    assert notice.groups() == (how, {"quiet": "note", "bad": "alert"}[how])


def test_a_run_that_is_over_is_extended_from_its_page(
    run: Run, editor: Client, viewer: Client, messages: Messages
) -> None:
    messages.drain()
    page = text(editor.get(f"/studies/{run.study_id}/"))
    assert "More evaluations" in page
    assert "More device seconds" not in page
    assert viewer.post(f"/runs/{run.pk}/extend/", {"evaluations": "2"}).status_code == 403
    for wrong in ({"evaluations": "some"}, {"evaluations": ""}, {"device_seconds": "9"}):
        assert editor.post(f"/runs/{run.pk}/extend/", wrong).status_code == 422
    answer = editor.post(f"/runs/{run.pk}/extend/", {"evaluations": "2"})
    made = Run.objects.get(extends=run)
    assert answer["Location"] == f"/studies/{run.study_id}/?run={made.pk}"
    assert "This run extends" in text(editor.get(answer["Location"]))


def test_what_a_viewer_may_not_ask_is_refused(run: Run, viewer: Client) -> None:
    assert viewer.post(f"/runs/{run.pk}/ask/", {"ask": "cancel"}).status_code == 403
    assert viewer.post(f"/studies/{run.study_id}/delete/").status_code == 403
    run.refresh_from_db()
    assert (run.status, run.wanted) == ("running", "run")


def test_a_stranger_finds_nothing(run: Run, stranger: Client) -> None:
    for path in (f"/studies/{run.study_id}/", f"/runs/{run.pk}/history/", f"/runs/{run.pk}/candidates/"):
        assert stranger.get(path).status_code == 404
    assert stranger.post(f"/studies/{run.study_id}/delete/").status_code == 404
    assert Study.objects.filter(pk=run.study_id).exists()


def test_who_is_not_logged_in_is_asked_to(run: Run) -> None:
    for path in (f"/studies/{run.study_id}/", f"/runs/{run.pk}/history/", f"/runs/{run.pk}/candidates/"):
        answer = Client().get(path)
        assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/login/")


@pytest.mark.usefixtures("messages")
def test_of_several_runs_the_newest_is_shown_or_the_one_that_is_named(run: Run, editor: Client) -> None:
    page = text(editor.get(f"/studies/{run.study_id}/"))
    assert 'aria-label="Runs"' not in page
    second = start_run(run.study)
    page = text(editor.get(f"/studies/{run.study_id}/"))
    assert re.search(rf'\?run={second.pk}" aria-current="page">run 2<', page)
    page = text(editor.get(f"/studies/{run.study_id}/?run={run.pk}"))
    assert re.search(rf'\?run={run.pk}" aria-current="page">run 1<', page)
    for other in (uuid.uuid4(), "nonsense"):
        assert editor.get(f"/studies/{run.study_id}/?run={other}").status_code == 404


@pytest.mark.usefixtures("messages")
def test_after_an_ask_the_same_run_is_shown(run: Run, editor: Client) -> None:
    start_run(run.study)
    answer = editor.post(f"/runs/{run.pk}/ask/", {"ask": "pause"})
    assert answer["Location"] == f"/studies/{run.study_id}/?run={run.pk}"
    run.refresh_from_db()
    assert run.wanted == "pause"


@pytest.mark.usefixtures("messages")
def test_a_deleted_study_is_gone_with_its_runs(run: Run, editor: Client) -> None:
    answer = editor.post(f"/studies/{run.study_id}/delete/")
    assert answer["Location"] == "/"
    assert not Run.objects.filter(pk=run.pk).exists()


def test_a_study_without_a_run_has_a_page(run: Run, editor: Client) -> None:
    other = Study.objects.create(team=run.study.team, name="not begun", recipe=run.study.recipe)
    assert "No run has begun yet" in text(editor.get(f"/studies/{other.pk}/"))


def test_a_name_is_never_markup(run: Run, editor: Client) -> None:
    Study.objects.filter(pk=run.study_id).update(name="<script>alert(1)</script>")
    assert "<script>alert" not in text(editor.get(f"/studies/{run.study_id}/"))


def test_candidates_are_ordered_filtered_and_turned(run: Run, editor: Client) -> None:
    append(run, *(scored(n, score=n / 100, madds=100 - n) for n in range(20)), failed(30))
    address = f"/runs/{run.pk}/candidates/"
    best_first = [network(n).key for n in range(19, -1, -1)]
    assert keys(editor.get(address)) == best_first[:15]
    assert keys(editor.get(f"{address}?page=2")) == best_first[15:]
    assert keys(editor.get(f"{address}?order=madds")) == best_first[:15]
    assert keys(editor.get(f"{address}?order=params")) == best_first[::-1][:15]
    assert keys(editor.get(f"{address}?stage=3")) == []
    page = editor.get(f"{address}?status=failed")
    assert keys(page) == [network(30).key]
    assert "out of memory" in text(page)


def test_an_address_that_makes_no_sense_shows_the_best(run: Run, editor: Client) -> None:
    append(run, scored(1, 0.5, 10), scored(2, 0.6, 10))
    nonsense = "order=password&stage=x&status=y&page=z"
    assert keys(editor.get(f"/runs/{run.pk}/candidates/?{nonsense}")) == [network(2).key, network(1).key]


def test_the_history_is_what_was_known_at_a_number(run: Run, editor: Client) -> None:
    members = (CellRecord("a", 0.5, 3, ""), CellRecord("b", 0.4, 2, "a"))
    append(run, GenerationEvolved(1, 0.7, 1e6, {"0": members}, {"0": ("a",)}), CurvePoint(7, {"loss": 0.3}))
    append(run, scored(1, 0.5, 70), failed(2))
    run.refresh_from_db()
    upto = run.last_seq
    append(run, scored(3, 0.6, 80), CurvePoint(8, {"loss": 0.2}))
    found = editor.get(f"/runs/{run.pk}/history/?upto={upto}").json()
    assert found == {
        "seq": upto,
        "candidates": {"stage": [0], "madds": [70], "params": [11], "score": [0.5], "key": [network(1).key]},
        "answers": {"0": 1},
        "labels": ["a", "b"],
        "generations": [{"generation": 1, "stage": 0, "groups": {"0": [[0, 0.5, 3], [1, 0.4, 2]]}}],
        "points": {"0-train": [[7, 0.3]]},
    }
    newest = editor.get(f"/runs/{run.pk}/history/").json()
    assert newest["candidates"]["score"] == [0.5, 0.6]
    assert newest["points"] == {"0-train": [[7, 0.3], [8, 0.2]]}


def test_the_page_and_its_parts_ask_a_fixed_number_of_questions(run: Run, editor: Client, messages: Messages) -> None:
    messages.waiting.clear()

    def asked(path: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert editor.get(path).status_code == 200
        return len(queries)

    paths = [f"/studies/{run.study_id}/", f"/runs/{run.pk}/history/", f"/runs/{run.pk}/candidates/"]
    append(run, scored(0, 0.1, 10))
    few = [asked(path) for path in paths]
    append(run, *(scored(n, n / 100, 10 + n) for n in range(1, 60)))
    assert [asked(path) for path in paths] == few
    assert max(few) < 40
