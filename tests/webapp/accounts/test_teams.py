"""A chosen team is what pages list and where new things go."""

from __future__ import annotations

import pytest

from tests.webapp.accounts.conftest import People
from webapp.accounts.models import Role
from webapp.accounts.selectors import chosen_team, home_team, role_in, teams_in_view, teams_to_edit
from webapp.accounts.services.members import end_membership
from webapp.accounts.services.teams import choose_team, create_team, rename_team
from webapp.refusals import NotAllowed, Unclear


def test_who_makes_a_team_owns_it(people: People) -> None:
    made = create_team(people.outsider, "a new one")
    assert role_in(people.outsider, made) == Role.OWNER
    assert home_team(people.outsider) == made


def test_only_an_owner_renames(people: People) -> None:
    with pytest.raises(NotAllowed):
        rename_team(people.editor, people.team, "other")
    assert rename_team(people.owner, people.team, "other").name == "other"


def test_the_chosen_team_is_where_new_things_go_and_what_is_in_view(people: People) -> None:
    mine = create_team(people.editor, "another")
    with pytest.raises(Unclear, match="choose one"):
        home_team(people.editor)
    assert set(teams_in_view(people.editor)) == {mine, people.team}
    choose_team(people.editor, people.team)
    assert home_team(people.editor) == people.team
    assert list(teams_in_view(people.editor)) == [people.team]
    assert list(teams_to_edit(people.editor)) == [people.team, mine]  # the chosen one first
    choose_team(people.editor, None)
    assert set(teams_in_view(people.editor)) == {mine, people.team}


def test_a_team_of_others_is_not_chosen_and_one_that_was_left_is_chosen_no_more(people: People) -> None:
    with pytest.raises(NotAllowed):
        choose_team(people.outsider, people.team)
    choose_team(people.viewer, people.team)
    end_membership(people.viewer, people.held(people.viewer))
    assert chosen_team(people.viewer) is None
