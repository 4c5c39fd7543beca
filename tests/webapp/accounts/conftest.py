"""A team with one of each role."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from webapp.accounts.models import Membership, Role, Team, User

PASSWORD = "an old enough password"


@dataclass(frozen=True)
class People:
    """A team, and who is in it; `outsider` is in none."""

    team: Team
    owner: User
    editor: User
    viewer: User
    outsider: User

    def held(self, user: User) -> Membership:
        return Membership.objects.get(team=self.team, user=user)


@pytest.fixture
def people(transactional_db: None) -> People:  # noqa: ARG001 - the database comes first
    team = Team.objects.create(name="vision")
    users = {}
    for role in Role:
        users[role.value] = User.objects.create_user(f"{role}@example.org", PASSWORD)
        Membership.objects.create(team=team, user=users[role.value], role=role)
    return People(team, **users, outsider=User.objects.create_user("outsider@example.org", PASSWORD))
