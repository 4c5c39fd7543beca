"""Roles change by owners only, a team always has an owner, and whoever is out is told of once that is so."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction

from tests.webapp.accounts.conftest import People
from webapp.accounts.models import Membership, Role, Team, User
from webapp.accounts.services.members import change_role, end_membership, hand_over
from webapp.accounts.signals import membership_ended
from webapp.refusals import Conflict, NotAllowed


def role_of(people: People, user: User) -> str:
    return people.held(user).role


def test_an_owner_changes_roles_and_others_do_not(people: People) -> None:
    change_role(people.owner, people.held(people.viewer), Role.EDITOR)
    assert role_of(people, people.viewer) == Role.EDITOR
    for other in (people.editor, people.viewer, people.outsider):
        with pytest.raises(NotAllowed):
            change_role(other, people.held(people.viewer), Role.OWNER)
    assert role_of(people, people.viewer) == Role.EDITOR


def test_the_last_owner_is_neither_demoted_nor_out_and_is_told_the_cure(people: People) -> None:
    own = people.held(people.owner)
    with pytest.raises(Conflict, match=r"you are the only owner of 'vision': make somebody else its owner first"):
        change_role(people.owner, own, Role.VIEWER)
    with pytest.raises(Conflict, match="or delete the team"):
        end_membership(people.owner, own)
    change_role(people.owner, own, Role.OWNER)  # as it was
    change_role(people.owner, people.held(people.editor), Role.OWNER)
    end_membership(people.owner, own)
    assert not Membership.objects.filter(user=people.owner).exists()


def test_two_owners_do_not_demote_each_other_by_what_they_saw_before(people: People) -> None:
    change_role(people.owner, people.held(people.editor), Role.OWNER)
    seen = people.held(people.editor)
    change_role(people.editor, people.held(people.owner), Role.VIEWER)
    with pytest.raises(NotAllowed):
        change_role(people.owner, seen, Role.VIEWER)
    assert role_of(people, people.editor) == Role.OWNER


def test_a_member_leaves_and_only_an_owner_removes_another(people: People) -> None:
    with pytest.raises(NotAllowed):
        end_membership(people.editor, people.held(people.viewer))
    end_membership(people.viewer, people.held(people.viewer))
    end_membership(people.owner, people.held(people.editor))
    assert list(people.team.members.all()) == [people.owner]


def test_a_team_is_handed_over_to_another_member(people: People) -> None:
    with pytest.raises(Conflict, match="owner already"):
        hand_over(people.owner, people.held(people.owner))
    hand_over(people.owner, people.held(people.viewer))
    assert (role_of(people, people.viewer), role_of(people, people.owner)) == (Role.OWNER, Role.EDITOR)
    with pytest.raises(NotAllowed):
        hand_over(people.owner, people.held(people.editor))


@pytest.fixture
def told() -> Iterator[list[tuple[User, Team]]]:
    """Whose membership in what ended, as it was told; the row is gone by then."""
    heard: list[tuple[User, Team]] = []

    def hear(user: User, team: Team, **_: object) -> None:
        assert not Membership.objects.filter(user=user, team=team).exists()
        assert not transaction.get_connection().in_atomic_block
        heard.append((user, team))

    membership_ended.connect(hear)
    yield heard
    membership_ended.disconnect(hear)


def test_an_end_is_told_once_it_is_committed_by_whatever_way_it_came(
    people: People, told: list[tuple[User, Team]]
) -> None:
    with transaction.atomic():
        people.held(people.viewer).delete()
        transaction.set_rollback(True)
    assert told == []
    end_membership(people.owner, people.held(people.viewer))
    assert told == [(people.viewer, people.team)]
    editor = people.editor
    people.editor.delete()
    assert [user.email for user, _ in told] == ["viewer@example.org", editor.email]
    people.team.delete()
    assert [user for user, _ in told][2:] == [people.owner]
