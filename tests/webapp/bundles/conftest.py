"""An editor at REST, and a run that has ended."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from tests.webapp.api.conftest import member
from tests.webapp.conftest import DRAWS, Messages
from webapp.accounts.models import Membership, Role, Team, User
from webapp.accounts.services.tokens import make_token
from webapp.runs.models import Run
from webapp.studies.models import Study


def api(user: User) -> APIClient:
    """REST as this user."""
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {make_token(user, 'tests')[1]}")
    return client


def taken(answer: Any) -> bytes:
    assert answer.status_code == 200, answer.content
    return b"".join(answer.streaming_content)


def brought(client: APIClient, data: bytes, key: str = "", **fields: Any) -> Any:
    """What the server says to a bundle."""
    file = SimpleUploadedFile("theirs.bundle.zip", data, "application/zip")
    headers = {"Idempotency-Key": key} if key else {}
    return client.post("/api/v1/studies/from-bundle/", {"bundle": file, **fields}, format="multipart", headers=headers)


QUICK: dict[str, Any] = {**DRAWS, "pipeline": [{**DRAWS["pipeline"][0], "estimator": {"kind": "synflow"}}]}


@pytest.fixture
def study(transactional_db: None) -> Study:  # noqa: ARG001 - the database comes first
    return Study.objects.create(team=Team.objects.create(name="team"), name="three draws", recipe=QUICK)


@pytest.fixture
def ended(run: Run, messages: Messages) -> Run:
    """Three draws, done."""
    messages.drain()
    run.refresh_from_db()
    assert run.status == Run.Status.FINISHED
    return run


@pytest.fixture
def editor(study: Study) -> APIClient:
    """Of the study's team."""
    return api(member(study.team, Role.EDITOR))


@pytest.fixture
def elsewhere(study: Study) -> APIClient:  # noqa: ARG001 - it comes first
    """An editor of another team, who knows nothing of the study."""
    user = User.objects.create_user("elsewhere@example.org", "a long enough password")
    Membership.objects.create(user=user, team=Team.objects.create(name="elsewhere"), role=Role.EDITOR)
    return api(user)
