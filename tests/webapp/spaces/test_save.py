"""Saved spaces: who may save, versions that stay, what is kept of where one came from."""

from __future__ import annotations

import pytest
from django.db import IntegrityError

from nas_engine.errors import InvalidArchitecture
from nas_engine.spaces import read_space_document, space_document
from tests.webapp.spaced import EVOLVED, SHRUNK, spaced_run
from webapp.accounts.models import Membership, Role, Team, User
from webapp.refusals import Conflict, NotAllowed
from webapp.runs.models import Run
from webapp.spaces.models import SavedSpace
from webapp.spaces.selectors import saved_from, spaces_of
from webapp.spaces.services import save
from webapp.spaces.services.save import save_space, save_space_of_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> Team:
    return Team.objects.create(name="vision")


def member(team: Team, role: Role) -> User:
    user = User.objects.create_user(f"{role}@{team.name}.org", "a long enough password")
    Membership.objects.create(user=user, team=team, role=role)
    return user


@pytest.fixture
def editor(team: Team) -> User:
    return member(team, Role.EDITOR)


def test_the_last_space_of_a_run_is_saved_unless_a_stage_is_named(team: Team, editor: User) -> None:
    run = spaced_run(team)
    last, first = save_space_of_run(editor, run), save_space_of_run(editor, run, 0)
    assert (last.name, last.version, last.stage, last.run, last.created_by) == ("cells: shrink", 1, 2, run, editor)
    assert (first.name, first.stage) == ("cells: evolve", 0)
    assert read_space_document(last.document) == SHRUNK
    assert read_space_document(first.document) == EVOLVED
    assert (last.figures["size"], last.figures["shrunk"], last.figures["released"]) == ("3", True, False)
    assert (first.figures["size"], first.figures["released"]) == ("27", True)
    assert saved_from(run) == {0: first, 2: last}


def test_another_space_of_the_same_name_is_the_next_version_and_the_same_is_no_new_one(
    team: Team, editor: User
) -> None:
    run = spaced_run(team)
    first = save_space_of_run(editor, run, 0, "ours")
    assert save_space_of_run(editor, run, 0, "ours") == first
    second = save_space_of_run(editor, run, 2, "ours")
    assert (first.version, second.version) == (1, 2)
    assert SavedSpace.objects.count() == 2
    with pytest.raises(TypeError, match="immutable; make a new version"):
        first.save()


def test_a_run_that_has_made_no_space_is_told_so(team: Team, editor: User) -> None:
    run = spaced_run(team, shrunk=False)
    with pytest.raises(Conflict, match="stage 2 of this run has concluded a space"):
        save_space_of_run(editor, run, 2)
    run.state = None
    run.save()
    with pytest.raises(Conflict, match="no stage of this run has concluded a space"):
        save_space_of_run(editor, run)


def test_a_viewer_and_a_stranger_save_nothing(team: Team) -> None:
    run = spaced_run(team)
    for user in (member(team, Role.VIEWER), member(Team.objects.create(name="others"), Role.OWNER)):
        with pytest.raises(NotAllowed):
            save_space_of_run(user, run)
        with pytest.raises(NotAllowed):
            save_space(user, team, "ours", space_document(EVOLVED))
    assert not SavedSpace.objects.exists()


def test_another_team_s_spaces_are_not_there(team: Team, editor: User) -> None:
    mine = save_space(editor, team, "ours", space_document(EVOLVED))
    stranger = member(Team.objects.create(name="others"), Role.OWNER)
    assert list(spaces_of(editor)) == [mine]
    assert not spaces_of(stranger).exists()


def test_a_document_that_is_no_space_is_refused_and_nothing_is_saved(team: Team, editor: User) -> None:
    with pytest.raises(InvalidArchitecture, match="space field 'reference'"):
        save_space(editor, team, "ours", {**space_document(EVOLVED), "reference": "conv4"})
    assert not SavedSpace.objects.exists()


def test_two_that_save_a_version_at_once_make_one_and_a_refusal(
    team: Team, editor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def taken(**_: object) -> SavedSpace:
        raise IntegrityError("one_space_a_version")

    monkeypatch.setattr(save.SavedSpace.objects, "create", taken)
    with pytest.raises(Conflict, match="at the same time; save it again"):
        save_space(editor, team, "ours", space_document(EVOLVED))


def test_a_space_stays_when_its_run_goes(team: Team, editor: User) -> None:
    run = spaced_run(team)
    saved = save_space_of_run(editor, run)
    Run.objects.all().delete()
    assert SavedSpace.objects.get(pk=saved.pk).run is None
