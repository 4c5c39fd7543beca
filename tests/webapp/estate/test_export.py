"""The archive of a team holds what it owns, a block at a time."""

from __future__ import annotations

import io
import json
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient

from tests.webapp.conftest import DRAWS, Messages
from webapp.accounts.models import Membership, Role, Team, User
from webapp.datasets.models import Dataset, DatasetVersion
from webapp.estate.archive import zipped
from webapp.estate.export import exported
from webapp.operators.services.save import create_operator_set
from webapp.refusals import NotAllowed
from webapp.runs.models import Run
from webapp.runs.selectors.digest import history_digest
from webapp.runs.services.control import cancel, start_run
from webapp.runs.services.transfer import import_run
from webapp.spaces.models import SavedSpace
from webapp.studies.models import Study


@pytest.fixture
def owner(run: Run) -> User:
    user = User.objects.create_user("owner@example.org")
    Membership.objects.create(user=user, team=run.study.team, role=Role.OWNER)
    return user


def filled(run: Run, owner: User, messages: Messages) -> Team:
    """A team with one of each."""
    team = run.study.team
    messages.drain()
    cancel(start_run(Study.objects.create(team=team, name="given up", recipe=DRAWS)).pk)
    SavedSpace.objects.create(team=team, name="kept", version=1, digest="d", document={"kind": "x"}, figures={})
    create_operator_set(owner, team, "mine", ["skip"])
    DatasetVersion.objects.create(dataset=Dataset.objects.create(team=team, name="birds"), sha256="0" * 64)
    return team


def archive(owner: User, team: Team) -> ZipFile:
    async def asked() -> bytes:
        client = AsyncClient()
        await client.aforce_login(owner)
        answer = await client.get(f"/teams/{team.pk}/export/")
        assert answer["Content-Type"] == "application/zip"
        return b"".join([block async for block in answer])  # type: ignore[attr-defined]

    return ZipFile(io.BytesIO(async_to_sync(asked)()))


def test_it_holds_studies_runs_spaces_sets_and_a_list_of_the_data(
    run: Run, owner: User, messages: Messages, tmp_path: Path
) -> None:
    team = filled(run, owner, messages)
    found = archive(owner, team)
    assert found.testzip() is None
    names = found.namelist()
    place = f"studies/{run.study_id}"
    assert json.loads(found.read(f"{place}/study.json"))["recipe"] == DRAWS
    assert [json.loads(found.read(name))["name"] for name in names if name.startswith(("spaces", "operator-"))] == [
        "kept",
        "mine",
    ]
    assert [one["name"] for one in json.loads(found.read("data.json"))] == ["birds"]
    assert json.loads(found.read("team.json"))["members"] == [{"user__email": "owner@example.org", "role": "owner"}]
    given_up = [name for name in names if name.endswith("not-exported.txt")]
    assert len(given_up) == 1
    assert b"was cancelled" in found.read(given_up[0])
    found.extractall(tmp_path)  # and the run goes on elsewhere
    again = import_run(tmp_path / place / "runs" / str(run.pk), team=Team.objects.create(name="another"))
    assert history_digest(again) == history_digest(Run.objects.get(pk=run.pk))


def test_only_an_owner_takes_it_away(run: Run, owner: User) -> None:
    Membership.objects.filter(user=owner).update(role=Role.EDITOR)
    with pytest.raises(NotAllowed):
        exported(owner, run.study.team)


def test_no_more_than_a_block_is_held() -> None:
    def blocks() -> Iterator[bytes]:
        for number in range(200):
            yield number.to_bytes(4, "big") * (1 << 16)  # a quarter of a megabyte

    tracemalloc.start()
    size = sum(len(block) for block in zipped((f"{number}.bin", blocks()) for number in range(2)))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert size > 0
    assert most < 8 << 20  # of a hundred megabytes
