"""A team with people, and clients that speak tus."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from rest_framework.test import APIClient

from webapp.accounts.models import Membership, Role, Team, User
from webapp.accounts.services.tokens import make_token

BASE = "/api/v1"


@pytest.fixture
def team(transactional_db: None) -> Team:  # noqa: ARG001 - the database comes first
    return Team.objects.create(name="vision")


def member(team: Team, role: Role, email: str = "") -> User:
    user = User.objects.create_user(email or f"{role}@example.org", "a long enough password")
    Membership.objects.create(user=user, team=team, role=role)
    return user


@pytest.fixture
def editor(team: Team) -> User:
    return member(team, Role.EDITOR)


@pytest.fixture
def viewer(team: Team) -> User:
    return member(team, Role.VIEWER)


@pytest.fixture
def stranger(transactional_db: None) -> User:  # noqa: ARG001 - the database comes first
    return member(Team.objects.create(name="others"), Role.OWNER, "stranger@example.org")


class Sender:
    """Announces files and sends them, as a browser or a script does."""

    def __init__(self, user: User) -> None:
        self.user, self.client = user, APIClient()
        self.client.credentials(HTTP_AUTHORIZATION=f"Bearer {make_token(user, 'tests')[1]}")

    def begin(self, name: str, *files: tuple[str, int] | tuple[str, int, str], **more: Any) -> Any:
        announced = [dict(zip(("name", "size", "split"), file, strict=False)) for file in files]
        return self.client.post(f"{BASE}/uploads/", {"name": name, "files": announced, **more}, format="json")

    def create(self, length: object, **metadata: str) -> Any:
        said = ",".join(f"{key} {base64.b64encode(text.encode()).decode()}" for key, text in metadata.items())
        headers = {"Tus-Resumable": "1.0.0", "Upload-Length": str(length), "Upload-Metadata": said}
        return self.client.post(f"{BASE}/uploads/files/", headers=headers)

    def head(self, url: str) -> Any:
        return self.client.head(url, headers={"Tus-Resumable": "1.0.0"})

    def patch(self, url: str, offset: int, part: bytes, **headers: str) -> Any:
        said = {"Tus-Resumable": "1.0.0", "Upload-Offset": str(offset), **headers}
        return self.client.patch(url, part, content_type="application/offset+octet-stream", headers=said)

    def send(self, name: str, *files: tuple[str, bytes] | tuple[str, bytes, str], **more: Any) -> Any:
        """A whole upload; its document."""
        announced = [(file[0], len(file[1]), *file[2:]) for file in files]
        begun = self.begin(name, *announced, **more)
        assert begun.status_code in (200, 201), begun.content
        content = {(file[0], file[2] if len(file) > 2 else "train"): file[1] for file in files}
        for row in begun.json()["files"]:
            assert self.patch(row["url"], 0, content[row["name"], row["split"]]).status_code == 204
        return self.client.get(f"{BASE}/uploads/{begun.json()['id']}/").json()


@pytest.fixture
def sender(editor: User) -> Sender:
    return Sender(editor)
