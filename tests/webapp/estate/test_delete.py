"""A team is deleted by its name, with everything that it owns and every file."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.webapp.conftest import Messages
from tests.webapp.datasets.pictures import birds, zipped
from webapp.accounts.models import Membership, Role, Team, User
from webapp.datasets.services.from_disk import OnDisk, import_data
from webapp.estate.delete import delete_team, estate_of
from webapp.refusals import NotAllowed, Unclear
from webapp.runs.models import Run
from webapp.runs.store import RunStore, folder_of
from webapp.studies.models import Study


def test_a_team_goes_with_all_that_it_owns_and_nothing_else(
    run: Run, messages: Messages, tmp_path: Path, files: Path
) -> None:
    team = run.study.team
    owner, editor = (User.objects.create_user(f"{name}@example.org") for name in ("owner", "editor"))
    Membership.objects.create(user=owner, team=team, role=Role.OWNER)
    Membership.objects.create(user=editor, team=team, role=Role.EDITOR)
    messages.drain()
    RunStore(run.pk).put("export", b"a network")
    (tmp_path / "birds.zip").write_bytes(zipped(birds(12)))
    version = import_data(OnDisk(team, "birds", tmp_path / "birds.zip"))
    recipe = {**run.recipe, "task": {**run.recipe["task"], "data": {"kind": "stored", "sha256": version.sha256}}}
    Study.objects.create(team=team, name="on birds", recipe=recipe)
    other = Study.objects.create(team=Team.objects.create(name="other"), name="theirs", recipe=run.recipe)
    assert folder_of(run.pk).exists()
    assert (estate_of(team).studies, estate_of(team).runs, estate_of(team).datasets) == (2, 1, 1)

    with pytest.raises(NotAllowed):
        delete_team(editor, team, team.name)
    with pytest.raises(Unclear, match="'team', and 'other' was given; nothing was deleted"):
        delete_team(owner, team, "other")
    assert estate_of(team).studies == 2

    delete_team(owner, team, " team ")
    assert list(Team.objects.all()) == [other.team]
    assert list(Study.objects.all()) == [other]
    assert not folder_of(run.pk).exists()
    assert [path for path in files.rglob("*") if path.is_file() and version.sha256 in str(path)] == []
    assert User.objects.filter(pk=owner.pk).exists()
