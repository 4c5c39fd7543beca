"""What a link shows: the thing, and nothing else of the team."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.webapp.sharing.conftest import browser
from tests.webapp.spaced import spaced_run
from webapp.accounts.models import User
from webapp.pages.urls import urlpatterns
from webapp.runs.models import Candidate, Run
from webapp.runs.services.made_up import make_up_study
from webapp.sharing.models import Share
from webapp.sharing.services.share import Terms, share
from webapp.sharing.subjects import a_comparison, a_network, a_space, a_study, studies_named
from webapp.spaces.services.save import save_space_of_run

ROUTES = [str(one.pattern) for one in urlpatterns if str(one.pattern).startswith("shared/")]


def opened(user: User, shown: Any, *, with_files: bool = False) -> str:
    """The address of a new link."""
    return f"/shared/{share(user, shown, Terms(with_files=with_files))[1]}/"


def addresses(page: str) -> set[str]:
    """Every address that a page leads to or asks of, those of its script too."""
    named = re.findall(r'(?:href|src|action|hx-get|hx-post)="([^"#?]+)', page)
    told = re.findall(r'<script id="facts" type="application/json">(.*?)</script>', page)
    return {one for one in (*named, *re.findall(r'"(/[^"]+)"', "".join(told))) if not one.startswith("/static/")}


def kinds(user: User, run: Run, key: str) -> dict[str, Any]:
    space = save_space_of_run(user, spaced_run(run.study.team))
    return {
        "study": a_study(user, run.study_id),
        "architecture": a_network(user, run.pk, key),
        "space": a_space(user, space.pk),
    }


def test_a_page_leads_nowhere_but_below_its_link_and_names_nobody(
    editor: User,
    run: Run,
    key: str,
    stranger: Client,
) -> None:
    make_up_study(run.study.team, 5)
    for kind, shown in kinds(editor, run, key).items():
        where = opened(editor, shown, with_files=True)
        for client in (stranger, browser(editor)):  # who is logged in sees the same
            answer = client.get(where)
            page = answer.content.decode()
            assert answer.status_code == 200, kind
            assert {one for one in addresses(page) if not one.startswith(where)} == set(), kind
            for told in ("@example.org", "vision", "5 candidates", "csrf", "<form method", "hx-post"):
                assert told not in page, (kind, told)
            assert (answer["Referrer-Policy"], answer["X-Robots-Tag"]) == ("no-referrer", "noindex, nofollow")
            assert not answer.cookies
        assert stranger.post(where).status_code == 405


def test_whatever_a_shared_study_asks_for_is_there(editor: User, run: Run, stranger: Client) -> None:
    where = opened(editor, a_study(editor, run.study_id))
    page = stranger.get(where).content.decode()
    asked = addresses(page)
    assert len(asked) > 15
    for one in asked:
        known = Candidate.objects.filter(run=run).earliest("number").architecture.key
        address = one.replace("KEY", known)
        if "/files/" not in address and not address.endswith(f"/runs/{run.pk}/"):
            assert stranger.get(address).status_code == 200, one
    assert stranger.get(f"{where}runs/{run.pk}/candidates/?order=madds&page=2").status_code == 200
    state = stranger.get(f"{where}runs/{run.pk}/state/").json()
    assert (state["reason"], state["warnings"], state["run"], state["study"]) == ("", [], "", {"name": run.study.name})
    assert len(stranger.get(f"{where}runs/{run.pk}/history/").json()["candidates"]["key"]) > 20


def test_a_link_to_a_network_shows_that_one_alone(editor: User, run: Run, key: str, stranger: Client) -> None:
    other = Candidate.objects.filter(run=run).exclude(architecture__key=key).earliest("number").architecture.key
    where = opened(editor, a_network(editor, run.pk, key), with_files=True)
    page = stranger.get(where).content.decode()
    assert key in page
    assert run.study.name not in page
    assert stranger.get(f"{where}runs/{run.pk}/architectures/{key}/architecture.json").json()["key"] == key
    for more in (
        "state/",
        "history/",
        "candidates/",
        f"architectures/{other}/",
        f"architectures/{other}/architecture.json",
    ):
        assert stranger.get(f"{where}runs/{run.pk}/{more}").status_code == 404, more


def test_another_study_of_the_team_is_not_below_the_link(editor: User, run: Run, key: str, stranger: Client) -> None:
    where = opened(editor, a_study(editor, make_up_study(run.study.team, 4).pk), with_files=True)
    for more in ("state/", "history/", "candidates/", f"architectures/{key}/", "files/network.py", "best/network.py"):
        assert stranger.get(f"{where}runs/{run.pk}/{more}").status_code == 404, more
    assert stranger.get(f"{where}?run={run.pk}").status_code == 404


def test_files_are_given_out_only_where_the_link_says_so(editor: User, run: Run, key: str, stranger: Client) -> None:
    for kind, shown in kinds(editor, run, key).items():
        for with_files in (False, True):
            where = opened(editor, shown, with_files=with_files)
            page = stranger.get(where).content.decode()
            if kind != "study":  # there the script offers them
                assert ("download" in page) == with_files, kind
            files = {
                "study": (f"runs/{run.pk}/best/network.py", f"runs/{run.pk}/architectures/{key}/architecture.json"),
                "architecture": (f"runs/{run.pk}/best/network.py",),
                "space": ("space/space.json", "space/search_space.config"),
            }[kind]
            for file in files[: 1 if kind == "space" else None]:
                assert stranger.get(where + file).status_code == (200 if with_files else 404), (kind, file)


@pytest.mark.parametrize("route", ROUTES)
def test_a_link_that_has_ended_and_one_that_never_was_are_the_same_page(
    editor: User,
    run: Run,
    key: str,
    stranger: Client,
    route: str,
) -> None:
    space = save_space_of_run(editor, spaced_run(run.study.team))
    shown = a_space(editor, space.pk) if "/space/" in route else a_study(editor, run.study_id)
    if "/comparison/" in route:
        shown = a_comparison(studies_named(editor, [run.study_id]), ())
    row, token = share(editor, shown, Terms(with_files=True))

    def ask(held: str) -> tuple[int, bytes, dict[str, str]]:
        path = route.replace("<str:token>", held).replace("<uuid:pk>", str(run.pk)).replace("<str:key>", key)
        name = "space.json" if "/space/" in route else "network.py"
        answer = stranger.get("/" + path.replace("<str:name>", name))
        headers = {name: value for name, value in answer.headers.items() if name != "X-Request-ID"}
        return answer.status_code, b"".join(answer), headers

    never = ask("x" * 43)
    assert never[0] == 404
    assert never[2]["X-Robots-Tag"] == "noindex, nofollow"
    if "/files/" not in route:  # nothing was exported here
        assert ask(token)[0] == 200
    Share.objects.filter(pk=row.pk).update(revoked=timezone.now())
    assert ask(token) == never
    Share.objects.filter(pk=row.pk).update(revoked=None, expires=timezone.now() - timedelta(seconds=1))
    assert ask(token) == never


def test_openings_are_counted_and_what_a_page_fetches_is_not(editor: User, run: Run, stranger: Client) -> None:
    where = opened(editor, a_study(editor, run.study_id))
    for _ in range(2):
        stranger.get(where)
    stranger.get(f"{where}runs/{run.pk}/state/")
    row = Share.objects.get()
    assert row.opened == 2
    assert row.last_opened is not None


def test_the_links_of_a_thing_are_made_listed_and_revoked_on_a_page(editor: User, viewer: User, run: Run) -> None:
    client = browser(editor)
    assert f'href="/shares/?study={run.study_id}"' in client.get(f"/studies/{run.study_id}/").content.decode()
    here = f"/shares/?study={run.study_id}"
    assert "There is no link to it yet." in client.get(here).content.decode()
    made = client.post(here, {"days": "7", "with_files": "on"}).content.decode()
    link = re.search(r'value="http://testserver(/shared/[\w-]+/)"', made)
    assert link is not None
    assert Client().get(link[1]).status_code == 200
    row = Share.objects.get()
    assert row.with_files
    assert timedelta(days=6) < row.expires - timezone.now() <= timedelta(days=7)
    listed = client.get(here).content.decode()
    assert link[1] not in listed
    for told in ("by editor@example.org", "live", "may be downloaded", "Revoke"):
        assert told in listed
    seen = browser(viewer).get("/shares/").content.decode()
    assert run.study.name in seen
    assert "Revoke" not in seen
    assert browser(viewer).post(here, {"days": "7"}).status_code == 403
    assert browser(viewer).post(f"/shares/{row.pk}/revoke/").status_code == 403
    assert client.post(f"/shares/{row.pk}/revoke/?study={run.study_id}")["Location"] == here
    assert Client().get(link[1]).status_code == 404
    assert client.post(here, {"days": "8"}).status_code == 422


def test_a_running_study_tells_nothing_of_its_machine(editor: User, run: Run, stranger: Client) -> None:
    Run.objects.filter(pk=run.pk).update(status="running")
    page = stranger.get(opened(editor, a_study(editor, run.study_id))).content.decode()
    assert "holdup" not in page
    assert 'id="log"' not in page
    state = re.search(r'<script id="state" type="application/json">(.*?)</script>', page)
    assert state is not None
    assert json.loads(state[1])["reason"] == ""
