"""Invitations let in whom they name, as often and as long as they say, and are kept as digests."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from tests.webapp.accounts.conftest import People
from webapp.accounts.models import Invitation, Role, User
from webapp.accounts.selectors import invitations_of, role_in
from webapp.accounts.services.invitations import Wanted, accept, invitation_of, invite, revoke
from webapp.refusals import Conflict, NotAllowed


def test_only_an_owner_invites_sees_invitations_and_revokes(people: People) -> None:
    made, _ = invite(people.owner, people.team, Wanted(Role.VIEWER))
    for other in (people.editor, people.viewer, people.outsider):
        with pytest.raises(NotAllowed):
            invite(other, people.team, Wanted(Role.VIEWER))
        with pytest.raises(NotAllowed):
            invitations_of(other, people.team)
        with pytest.raises(NotAllowed):
            revoke(other, made)
    assert list(invitations_of(people.owner, people.team)) == [made]


def test_the_secret_is_nowhere_in_the_database(people: People) -> None:
    made, secret = invite(people.owner, people.team, Wanted(Role.EDITOR))
    [row] = Invitation.objects.filter(pk=made.pk).values()
    assert secret not in str(row)
    assert invitation_of(secret) == made


def test_it_lets_in_once_unless_it_says_more(people: People) -> None:
    others = [User.objects.create_user(f"{number}@example.org") for number in range(3)]
    _, once = invite(people.owner, people.team, Wanted(Role.EDITOR))
    accept(people.outsider, once)
    assert role_in(people.outsider, people.team) == Role.EDITOR
    with pytest.raises(Conflict, match="ask an owner of the team for another one"):
        accept(others[0], once)
    _, twice = invite(people.owner, people.team, Wanted(Role.VIEWER, most_uses=2))
    accept(others[0], twice)
    accept(others[0], twice)  # who is in already uses nothing up
    accept(others[1], twice)
    with pytest.raises(Conflict):
        accept(others[2], twice)


def test_who_is_in_already_stays_what_they_are(people: People) -> None:
    made, secret = invite(people.owner, people.team, Wanted(Role.OWNER))
    accept(people.viewer, secret)
    assert role_in(people.viewer, people.team) == Role.VIEWER
    made.refresh_from_db()
    assert made.uses == 0


def test_one_that_has_run_out_or_was_revoked_lets_nobody_in(people: People) -> None:
    late, secret = invite(people.owner, people.team, Wanted(Role.VIEWER))
    Invitation.objects.filter(pk=late.pk).update(expires=timezone.now() - timedelta(seconds=1))
    gone, other = invite(people.owner, people.team, Wanted(Role.VIEWER))
    revoke(people.owner, gone)
    for key in (secret, other, "invited_by-nobody", ""):
        assert invitation_of(key) is None
        with pytest.raises(Conflict):
            accept(people.outsider, key)
    assert role_in(people.outsider, people.team) is None


def mailed(count: int) -> list[mail.EmailMessage]:
    deadline = time.monotonic() + 60  # a guard against hanging
    while any(thread.name == "mail" for thread in threading.enumerate()) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(mail.outbox) == count
    return list(mail.outbox)


def test_one_by_mail_is_for_its_address_alone(people: People) -> None:
    made, secret = invite(people.owner, people.team, Wanted(Role.VIEWER, most_uses=9, email="Outsider@Example.org"))
    [message] = mailed(1)
    assert message.to == ["outsider@example.org"]
    assert f"/invitations/{secret}/" in message.body
    assert made.most_uses == 1
    other = User.objects.create_user("other@example.org")
    with pytest.raises(NotAllowed, match=r"for another e-mail than other@example\.org"):
        accept(other, secret)
    accept(people.outsider, secret)
    assert role_in(people.outsider, people.team) == Role.VIEWER


def test_nobody_is_mailed_without_end(people: People) -> None:
    wanted = Wanted(Role.VIEWER, email="outsider@example.org")
    for _ in range(3):
        invite(people.owner, people.team, wanted)
    with pytest.raises(Conflict, match="wait an hour"):
        invite(people.owner, people.team, wanted)
    mailed(3)
