"""Tags: typed in, kept tidy, bounded, and what studies are found by."""

from __future__ import annotations

import pytest

from tests.webapp.api.conftest import ExactClient
from tests.webapp.conftest import DRAWS
from tests.webapp.sharing.conftest import browser
from webapp.accounts.models import Team, User
from webapp.notes.selectors import tags_in_use, tags_of
from webapp.notes.services.tags import LONGEST, MOST, NoSuchTags, set_tags, tidy
from webapp.refusals import NotAllowed
from webapp.runs.models import Run
from webapp.studies.models import Study


def test_tags_are_kept_tidy_and_set_as_a_whole(editor: User, run: Run) -> None:
    assert set_tags(editor, run.study, [" Mobile  Nets ", "paper", "PAPER", "", "\0a\n"]) == [
        "a",
        "mobile nets",
        "paper",
    ]
    assert set_tags(editor, run.study, ["paper", "b"]) == ["b", "paper"] == tags_of(run.study)
    assert set_tags(editor, run.study, []) == []


def test_tags_are_few_and_short_and_set_by_editors(editor: User, viewer: User, run: Run) -> None:
    with pytest.raises(NoSuchTags, match="got one of 33 characters"):
        set_tags(editor, run.study, ["x" * (LONGEST + 1)])
    with pytest.raises(NoSuchTags, match="wanted at most 12"):
        set_tags(editor, run.study, map(str, range(MOST + 1)))
    with pytest.raises(NotAllowed):
        set_tags(viewer, run.study, ["a"])
    assert tags_of(run.study) == []


def test_a_comma_parts_tags_and_is_in_none() -> None:
    assert tidy("a,b") == "a b"


def test_only_tags_of_one_s_own_teams_are_offered(editor: User, run: Run) -> None:
    theirs = Study.objects.create(team=Team.objects.create(name="others"), name="theirs", recipe=DRAWS)
    theirs.tags.create(name="secret")
    for name in ("one", "two"):
        study = Study.objects.create(team=run.study.team, name=name, recipe=DRAWS)
        set_tags(editor, study, ["often", name])
    assert tags_in_use(editor) == ["often", "one", "two"]


def test_studies_are_found_by_their_tags(editor: User, viewer: User, run: Run) -> None:
    client = browser(editor)
    other = Study.objects.create(team=run.study.team, name="untagged", recipe=DRAWS)
    where = f"/studies/{run.study_id}/tags/"
    assert client.post(where, {"tags": "mobile, Paper "}).status_code == 302
    page = client.get("/").content.decode()
    assert 'href="/?tag=paper"' in page
    assert "<option >paper</option>" in page
    found = client.get("/?tag=Paper").content.decode()
    assert run.study.name in found
    assert other.name not in found
    assert "the tag “nothing”" in client.get("/?tag=nothing").content.decode()
    assert "Change the tags" in client.get(f"/studies/{run.study_id}/").content.decode()
    assert "Change the tags" not in browser(viewer).get(f"/studies/{run.study_id}/").content.decode()
    assert 'value="mobile, paper"' in client.get(f"{where}?edit").content.decode()
    assert "wanted at most 12" in client.post(where, {"tags": ",".join("abcdefghijklmn")}).content.decode()
    assert browser(viewer).get(f"{where}?edit").status_code == 403
    assert browser(viewer).post(where, {"tags": "a"}).status_code == 403


def test_rest_sets_tags_and_finds_by_them(editor: User, viewer: User, run: Run) -> None:
    ask, reader = ExactClient(editor), ExactClient(viewer)
    where = f"/studies/{run.study_id}/tags/"
    assert ask("PUT", where, {"tags": ["B", "a"]}).json() == {"tags": ["a", "b"]} == reader("GET", where).json()
    assert reader("PUT", where, {"tags": []}).status_code == 403
    for wrong in (
        {},
        {"tags": None},
        {"tags": "a"},
        {"tags": [[]]},
        {"tags": ["x" * 33]},
        {"tags": list("abcdefghijklm")},
    ):
        assert ask("PUT", where, wrong).status_code == 400
    assert [one["tags"] for one in reader("GET", "/studies/?tag=A").json()["results"]] == [["a", "b"]]
    assert reader("GET", "/studies/?tag=c").json()["results"] == []
    assert reader("GET", "/studies/?tag=%00").json()["results"] == []
