"""The audit log over REST, held against its document."""

from __future__ import annotations

from tests.webapp.api.conftest import ExactClient
from webapp.accounts.models import Membership, Role, Team


def test_its_answers_are_those_of_the_document(viewer: ExactClient, team: Team) -> None:
    assert viewer("GET", f"/teams/{team.pk}/audit/").status_code == 403
    Membership.objects.filter(team=team).update(role=Role.OWNER)
    answer = viewer("GET", f"/teams/{team.pk}/audit/?limit=1")
    assert answer.status_code == 200
    assert len(answer.json()["results"]) == 1
