"""A large study with made-up scores, and somebody who may see it."""

from __future__ import annotations

from django.test import Client

from webapp.accounts.models import Membership, Team, User
from webapp.runs.models import Run
from webapp.runs.services.made_up import make_up_study


def made_up_run(candidates: int) -> Run:
    """The run of such a study, of a team of its own."""
    study = make_up_study(Team.objects.create(name="large"), candidates)
    return Run.objects.select_related("study").get(study=study)


def member_of(run: Run) -> User:
    user = User.objects.create_user("someone@example.org", "a long enough password")
    Membership.objects.create(user=user, team=run.study.team)
    return user


def client_of(run: Run) -> Client:
    """The browser of a new member of the run's team."""
    client = Client()
    client.force_login(member_of(run))
    return client
