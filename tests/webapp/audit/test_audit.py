"""The audit log: every deed is in it, with who, what and from where; nothing takes it back; owners read their team's."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.contrib import admin
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from tests.webapp.conftest import DRAWS, Messages
from webapp.accounts.models import Membership, Role, Team, User
from webapp.accounts.services.invitations import Wanted, invite, revoke
from webapp.accounts.services.teams import create_team
from webapp.accounts.services.tokens import make_token
from webapp.admin import Audited
from webapp.audit.models import AuditEntry
from webapp.datasets.models import Dataset, DatasetVersion
from webapp.datasets.services.delete import delete_dataset
from webapp.runs.services.control import cancel, start_run
from webapp.spaces.models import SavedSpace
from webapp.studies.services.change import delete_study
from webapp.studies.services.submit import Submission, submit_study

PASSWORD = "an old enough password"


@pytest.fixture
def team(transactional_db: None) -> Team:  # noqa: ARG001 - the database comes first
    return Team.objects.create(name="vision")


@pytest.fixture
def owner(team: Team) -> User:
    user = User.objects.create_user("owner@example.org", PASSWORD)
    Membership.objects.create(user=user, team=team, role=Role.OWNER)
    return user


def written(since: int = 0) -> list[tuple[str, str, str]]:
    """Action, actor and subject of what was written after a number, oldest first."""
    return list(AuditEntry.objects.filter(pk__gt=since).order_by("pk").values_list("action", "actor", "subject"))


def last() -> int:
    newest = AuditEntry.objects.first()
    return 0 if newest is None else newest.pk


@pytest.fixture
def before(owner: User) -> int:  # noqa: ARG001 - who is made before
    return last()


@pytest.mark.usefixtures("owner")
def test_log_in_log_out_and_what_failed_say_from_where(before: int) -> None:
    client, given = Client(REMOTE_ADDR="10.1.2.3"), {"username": "owner@example.org", "password": PASSWORD}
    client.post("/login/", {**given, "password": "wrong"})
    client.post("/login/", {**given, "username": "my password, in the wrong field"})
    client.post("/login/", given)
    client.post("/logout/")
    assert written(before) == [
        ("log-in failed", "", "owner@example.org"),
        ("log-in failed", "", "an e-mail that nobody has"),
        ("logged in", "owner@example.org", ""),
        ("logged out", "owner@example.org", ""),
    ]
    assert set(AuditEntry.objects.filter(pk__gt=before).values_list("address", "via")) == {("10.1.2.3", "pages")}


def test_a_token_that_is_made_and_ended_over_rest_and_by_a_new_password(owner: User, before: int) -> None:
    _, token = make_token(owner, "the first")
    client = Client(headers={"authorization": f"Bearer {token}"})
    made = client.post("/api/v1/tokens/", {"name": "the second"}, "application/json").json()
    client.delete(f"/api/v1/tokens/{made['id']}/")
    owner.set_password("a newer one altogether")
    owner.save()
    me, second, first = "owner@example.org", "the second of owner@example.org", "the first of owner@example.org"
    assert written(before) == [
        ("token made", "", first),
        ("token made", me, second),
        ("token ended", me, second),
        ("token ended", "", first),
        ("password changed", "", me),
    ]
    ways = AuditEntry.objects.filter(pk__gt=before).order_by("pk").values_list("via", flat=True)
    assert list(ways)[1:3] == ["api", "api"]


def test_members_come_change_and_go(team: Team, before: int) -> None:
    other = User.objects.create_user("other@example.org")
    held = Membership.objects.create(user=other, team=team, role=Role.VIEWER)
    held.role = Role.EDITOR
    held.save()
    held.save()
    held.delete()
    assert [(action, subject) for action, _, subject in written(before)] == [
        ("user added", "other@example.org"),
        ("member added", "other@example.org is viewer of vision"),
        ("role changed", "other@example.org is editor of vision (was viewer)"),
        ("member removed", "other@example.org is editor of vision"),
    ]
    assert AuditEntry.objects.filter(team_id=team.pk, pk__gt=before).count() == 3


def test_teams_and_invitations(owner: User, before: int) -> None:
    team = create_team(owner, "sight")
    made, _ = invite(owner, team, Wanted(Role.VIEWER, email="x@example.org"))
    revoke(owner, made)
    team.delete()
    assert [(action, subject) for action, _, subject in written(before)] == [
        ("team made", "sight"),
        ("member added", "owner@example.org is owner of sight"),
        ("invited", "x@example.org as viewer of sight"),
        ("invitation ended", "x@example.org as viewer of sight"),
        ("member removed", "owner@example.org is owner of sight"),
        ("team deleted", "sight"),
    ]


def test_studies_runs_data_and_spaces(team: Team, owner: User, before: int, messages: Messages) -> None:
    study, _ = submit_study(owner, Submission(team, DRAWS))
    cancel(study.runs.get().pk)
    start_run(study)
    delete_study(owner, study)
    data = Dataset.objects.create(team=team, name="birds")
    DatasetVersion.objects.create(dataset=data, sha256="0" * 64)
    delete_dataset(owner, data)
    SavedSpace.objects.create(team=team, name="cells", version=1, digest="1", document={}, figures={})
    assert messages.waiting
    assert [(action, subject) for action, _, subject in written(before)] == [
        ("study submitted", "three draws"),
        ("run cancelled", "a run of three draws"),
        ("run cancelled", "a run of three draws"),
        ("run deleted", "a run of three draws"),
        ("run deleted", "a run of three draws"),
        ("study deleted", "three draws"),
        ("data deleted", "birds 000000000000"),
        ("space saved", str(SavedSpace.objects.get())),
    ]
    assert AuditEntry.objects.filter(team_id=team.pk, pk__gt=before).count() == 8


def test_what_is_done_in_the_admin(before: int) -> None:
    root = User.objects.create_superuser("root@example.org", PASSWORD)
    client, since, rights = Client(), last(), dict.fromkeys(("is_active", "is_staff", "is_superuser"), "on")
    client.force_login(root)
    client.post(
        reverse("admin:accounts_user_change", args=(root.pk,)), {"email": "root@example.org", "name": "Root", **rights}
    )
    token = make_token(root, "a script")[0]
    chosen = {"action": "delete_selected", "_selected_action": str(token.pk), "post": "yes"}
    answer = client.post(reverse("admin:accounts_token_changelist"), chosen, follow=True)
    assert "Successfully deleted 1 token" in answer.content.decode()
    assert before < since
    found = [(action, subject) for action, _, subject in written(since)]
    assert ("changed in the admin", "changed user root@example.org") in found
    assert ("changed in the admin", "deleted token a script of root@example.org") in found
    assert ("token ended", "a script of root@example.org") in found


def test_every_page_of_the_admin_writes_it() -> None:
    assert [model for model, page in admin.site._registry.items() if not isinstance(page, Audited)] == []


def test_nothing_is_changed_or_removed(owner: User) -> None:
    row = AuditEntry.objects.get(action="member added", subject__startswith=owner.email)
    row.actor = "somebody else"
    for forbidden in (
        row.save,
        row.delete,
        AuditEntry.objects.all().delete,
        lambda: AuditEntry.objects.update(actor="somebody else"),
        lambda: AuditEntry.objects.bulk_update([row], ["actor"]),
    ):
        with pytest.raises(TypeError):
            forbidden()  # type: ignore[operator]
    owner.delete()
    row.refresh_from_db()
    assert row.subject == "owner@example.org is owner of vision"
    assert row.actor == ""


def test_the_admin_shows_it_and_no_more(before: int) -> None:
    client = Client()
    client.force_login(User.objects.create_superuser("root@example.org", PASSWORD))
    row = reverse("admin:audit_auditentry_change", args=(before,))
    assert client.get(row).status_code == 200
    assert client.post(row, {"actor": "somebody else"}).status_code == 403
    assert client.post(reverse("admin:audit_auditentry_delete", args=(before,)), {"post": "yes"}).status_code == 403


def printed(*arguments: str) -> str:
    out = StringIO()
    call_command("audit", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_prints_it_a_line_each(team: Team, before: int) -> None:
    Membership.objects.create(
        user=User.objects.create_user("x@example.org"), team=Team.objects.create(name="a\nforged line")
    )
    lines = printed().splitlines()
    assert len(lines) == AuditEntry.objects.count()
    assert "x@example.org is viewer of a\\nforged line" in lines[-1]
    assert [json.loads(line)["action"] for line in printed("--json").splitlines()][-3:] == [
        "user added",
        "team made",
        "member added",
    ]
    assert len(printed("--action", "user added").splitlines()) == 2
    assert printed("--since", "2999-01-01") == ""
    with pytest.raises(CommandError, match="wanted a day"):
        printed("--since", "yesterday")
    assert before
    assert team


def answered(user: User, team: Team) -> Any:
    token = make_token(user, "tests")[1]
    return Client(headers={"authorization": f"Bearer {token}"}).get(f"/api/v1/teams/{team.pk}/audit/")


def test_owners_read_their_team_over_rest_and_nobody_else(team: Team, owner: User) -> None:
    editor = User.objects.create_user("editor@example.org")
    Membership.objects.create(user=editor, team=team, role=Role.EDITOR)
    elsewhere = Team.objects.create(name="elsewhere")
    Membership.objects.create(user=editor, team=elsewhere, role=Role.OWNER)
    found = answered(owner, team).json()["results"]
    assert [row["subject"] for row in found] == [
        "editor@example.org is editor of vision",
        "owner@example.org is owner of vision",
        "vision",
    ]
    assert answered(editor, team).status_code == 403
    assert answered(owner, elsewhere).status_code == 404
    assert Client().get(f"/api/v1/teams/{team.pk}/audit/").status_code == 401
