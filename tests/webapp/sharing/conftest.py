"""A study with a few made-up answers, of a team with an editor; and somebody who has nothing but a link."""

from __future__ import annotations

import pytest
from django.test import Client

from webapp.accounts.models import Membership, Role, Team, User
from webapp.runs.models import Candidate, Run
from webapp.runs.services.made_up import make_up_study


def member(team: Team, role: Role) -> User:
    user = User.objects.create_user(f"{role}@example.org", "a long enough password")
    Membership.objects.create(user=user, team=team, role=role)
    return user


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def team(transactional_db: None) -> Team:  # noqa: ARG001 - the database comes first
    return Team.objects.create(name="vision")


@pytest.fixture
def editor(team: Team) -> User:
    return member(team, Role.EDITOR)


@pytest.fixture
def viewer(team: Team) -> User:
    return member(team, Role.VIEWER)


@pytest.fixture
def run(team: Team) -> Run:
    """Over, with made-up scores."""
    return Run.objects.select_related("study__team").get(study=make_up_study(team, 30))


@pytest.fixture
def key(run: Run) -> str:
    """Of its best network."""
    best = Candidate.objects.filter(run=run, improved=True).select_related("architecture").latest("stage", "number")
    return best.architecture.key


@pytest.fixture
def stranger() -> Client:
    return Client()
