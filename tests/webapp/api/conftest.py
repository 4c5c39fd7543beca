"""People, and a client that holds every answer against the OpenAPI document."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator
from rest_framework.test import APIClient

from tests.webapp.conftest import DRAWS
from webapp.accounts.models import Membership, Role, Team, User
from webapp.accounts.services.tokens import make_token
from webapp.studies.models import Study

BASE = "/api/v1"


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document, with every object closed: a field that it does not name is a mistake."""
    made: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    for schema in made["components"]["schemas"].values():
        if "properties" in schema:
            schema["additionalProperties"] = False
    return made


def operation(method: str, path: str) -> dict[str, Any]:
    for template, operations in document()["paths"].items():
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path) and method in operations:
            return dict(operations[method])
    raise AssertionError(f"{method} {path} is not in the OpenAPI document")


class ExactClient:
    """Asks as a user, with a token, and checks status, content type and body against the document."""

    def __init__(self, user: User | None) -> None:
        self.user = user
        self._client = APIClient()
        if user is not None:
            self._client.credentials(HTTP_AUTHORIZATION=f"Bearer {make_token(user, 'tests')[1]}")

    def __call__(self, method: str, path: str, data: object = None, **headers: str) -> Any:
        path = path.removeprefix("http://testserver")
        path = path if path.startswith(BASE) else BASE + path
        response = self._client.generic(
            method, path, "" if data is None else json.dumps(data), "application/json", headers=headers
        )
        self.check(method.lower(), path.partition("?")[0], response)
        return response

    def check(self, method: str, path: str, response: Any) -> None:
        documented = operation(method, path)["responses"]
        assert str(response.status_code) in documented, (
            f"{method} {path} answered {response.status_code}: {response.content!r}"
        )
        content = documented[str(response.status_code)].get("content", {})
        if response.streaming or not response.content:
            return
        kind = "application/problem+json" if response.status_code >= 400 else "application/json"
        if response["Content-Type"] in content and kind not in content:
            return  # an image
        schema = content[kind]["schema"]
        assert response["Content-Type"] == kind
        Draft202012Validator({**schema, "components": document()["components"]}).validate(response.json())


@pytest.fixture
def team(transactional_db: None) -> Team:  # noqa: ARG001 - the database comes first
    return Team.objects.create(name="vision")


def member(team: Team, role: Role) -> User:
    user = User.objects.create_user(f"{role}@example.org", "a long enough password")
    Membership.objects.create(user=user, team=team, role=role)
    return user


@pytest.fixture
def owner(team: Team) -> ExactClient:
    return ExactClient(member(team, Role.OWNER))


@pytest.fixture
def editor(team: Team) -> ExactClient:
    return ExactClient(member(team, Role.EDITOR))


@pytest.fixture
def viewer(team: Team) -> ExactClient:
    return ExactClient(member(team, Role.VIEWER))


@pytest.fixture
def stranger(team: Team) -> ExactClient:  # noqa: ARG001 - there is a team, and they are not in it
    user = User.objects.create_user("stranger@example.org", "a long enough password")
    Membership.objects.create(user=user, team=Team.objects.create(name="others"), role=Role.OWNER)
    return ExactClient(user)


@pytest.fixture
def nobody() -> ExactClient:
    return ExactClient(None)


@pytest.fixture
def study(team: Team) -> Study:
    return Study.objects.create(team=team, name="three draws", recipe=DRAWS)
