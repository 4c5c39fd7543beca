"""Public links over REST."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.webapp.api.conftest import ExactClient
from tests.webapp.spaced import spaced_run
from webapp.accounts.models import Team
from webapp.runs.models import Candidate, Run
from webapp.runs.services.made_up import make_up_study
from webapp.sharing.models import Share

NOTHING = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def run(team: Team) -> Run:
    return Run.objects.get(study=make_up_study(team, 6))


@pytest.fixture
def network(run: Run) -> dict[str, str]:
    found = Candidate.objects.filter(run=run, status="scored").select_related("architecture").first()
    assert found is not None
    return {"run": str(run.pk), "architecture": found.architecture.key}


def test_a_link_is_made_listed_opened_and_revoked(editor: ExactClient, viewer: ExactClient, run: Run) -> None:
    made = editor("POST", "/shares/", {"study": str(run.study_id), "with_files": True})
    assert made.status_code == 201
    assert made.json()["subjects"] == [{"study": str(run.study_id), "run": None, "architecture": ""}]
    url = made.json()["url"]
    assert url.startswith("http://testserver/shared/")
    assert Client().get(url).status_code == 200
    where = f"/shares/{made.json()['id']}/"
    seen = viewer("GET", where).json()
    assert "url" not in seen
    assert (seen["opened"], seen["state"], seen["with_files"]) == (1, "live", True)
    assert viewer("GET", "/shares/").json()["results"] == [seen]
    assert viewer("DELETE", where).status_code == 403
    assert [editor("DELETE", where).status_code for _ in range(2)] == [204, 204]
    assert viewer("GET", where).json()["state"] == "revoked"
    assert Client().get(url).status_code == 404


def test_each_kind_of_thing_has_links(editor: ExactClient, team: Team, run: Run, network: dict[str, str]) -> None:
    space = editor("POST", "/spaces/", {"run": str(spaced_run(team).pk)}).json()["id"]
    asked = {
        "architecture": network,
        "space": {"space": space},
        "comparison": {"studies": [str(run.study_id)]},
        "comparison ": {"architectures": [network]},
    }
    for kind, body in asked.items():
        made = editor("POST", "/shares/", body)
        assert (made.status_code, made.json()["kind"]) == (201, kind.strip())


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({}, 400),
        ({"study": NOTHING}, 404),
        ({"study": NOTHING, "space": NOTHING}, 400),
        ({"run": NOTHING}, 400),
        ({"run": NOTHING, "architecture": "a\0"}, 400),
        ({"run": NOTHING, "architecture": "a"}, 404),
        ({"space": NOTHING}, 404),
        ({"studies": []}, 400),
        ({"studies": [NOTHING] * 7}, 400),
        ({"architectures": []}, 400),
        ({"architectures": [{"run": NOTHING, "architecture": "\ud800"}]}, 400),
        ({"study": 10**400}, 400),
        ({"study": NOTHING, "expires": "9999-12-31T23:59:59-23:59"}, 400),
        ({"study": "STUDY", "expires": "0001-01-01T00:00:00Z"}, 400),
        ({"study": "STUDY", "expires": "2999-01-01T00:00:00Z"}, 400),
        ({"study": "STUDY", "with_files": None}, 400),
    ],
)
def test_what_cannot_be_shared_is_a_problem(
    editor: ExactClient, run: Run, asked: dict[str, object], status: int
) -> None:
    asked = {name: str(run.study_id) if value == "STUDY" else value for name, value in asked.items()}
    assert editor("POST", "/shares/", asked).status_code == status
    assert not Share.objects.exists()


def test_only_editors_share_and_another_team_s_links_are_not_there(
    editor: ExactClient, viewer: ExactClient, stranger: ExactClient, nobody: ExactClient, run: Run
) -> None:
    asked = {"study": str(run.study_id), "expires": (timezone.now() + timedelta(days=1)).isoformat()}
    assert viewer("POST", "/shares/", asked).status_code == 403
    assert stranger("POST", "/shares/", asked).status_code == 404
    made = editor("POST", "/shares/", asked).json()["id"]
    assert stranger("GET", "/shares/").json()["results"] == []
    for method in ("GET", "DELETE"):
        assert stranger(method, f"/shares/{made}/").status_code == 404
        assert nobody(method, f"/shares/{made}/").status_code == 401
