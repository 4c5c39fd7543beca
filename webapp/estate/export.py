"""Everything that a team owns, as the files of one archive."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model

from nas_engine.errors import NasError
from webapp.accounts.models import Membership, Role, Team, User
from webapp.accounts.selectors import require
from webapp.datasets.models import DatasetVersion
from webapp.estate.archive import blocks_of, zipped
from webapp.operators.models import OperatorSetVersion
from webapp.refusals import Refused
from webapp.runs.models import Run
from webapp.runs.selectors.digest import run_events
from webapp.runs.services.transfer import export_run
from webapp.spaces.models import SavedSpace
from webapp.streams import Streamed
from webapp.studies.models import Study

File = tuple[str, Iterable[bytes]]
UNSAID = {"idempotency_key", "request_digest", "state", "folder"}  # ours alone
README = """What the team {name!r} owned when this was made.

team.json            its members
studies/<id>/        each study with its recipe; below runs/<id>/ a folder that `python -m nas_engine run` reads and goes on with.
                     A run that cannot be exported has a sentence that says why, and its events.
spaces/              saved spaces, with their documents
operator-sets/       versions of operator sets
data.json            the team's data: names, checksums, classes, counts. The images themselves are not in here.
"""


def exported(user: User, team: Team) -> Iterator[File]:
    """Names and blocks, one file after the other. Raises NotAllowed for who is not an owner, before the first."""
    require(user, team, Role.OWNER)
    return _files(team)


def download(user: User, team: Team) -> Streamed:
    """All of it as a zip, block by block. Raises NotAllowed for who is not an owner."""
    answer = Streamed(zipped(exported(user, team)), content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="team-{team.pk}.zip"'
    return answer


def _files(team: Team) -> Iterator[File]:
    yield "README.txt", [README.format(name=team.name).encode()]
    members = Membership.objects.filter(team=team).values("user__email", "role").order_by("user__email")
    yield _json("team.json", {**_plain(team), "members": list(members)})
    for study in Study.objects.filter(team=team).order_by("created", "id").iterator(chunk_size=20):
        yield _json(f"studies/{study.pk}/study.json", _plain(study))
        for run in study.runs.order_by("created", "id").values_list("pk", flat=True):
            yield from _run(Run.objects.defer("state").get(pk=run), f"studies/{study.pk}/runs/{run}")
    for space in SavedSpace.objects.filter(team=team).order_by("name", "version").iterator(chunk_size=20):
        yield _json(f"spaces/{space.pk}.json", _plain(space))
    sets = OperatorSetVersion.objects.filter(operator_set__team=team).select_related("operator_set")
    for version in sets.order_by("operator_set", "number").iterator(chunk_size=100):
        yield _json(f"operator-sets/{version.pk}.json", {"name": version.operator_set.name, **_plain(version)})
    data = DatasetVersion.objects.filter(dataset__team=team).select_related("dataset").order_by("dataset", "created")
    yield _json("data.json", [{"name": one.dataset.name, **_plain(one)} for one in data])


def _run(run: Run, place: str) -> Iterator[File]:
    """Its folder, made on the disk and removed again; of one that cannot be exported what is known of it."""
    with TemporaryDirectory() as held:
        folder = Path(held) / "run"
        try:
            export_run(run.pk, folder)
        except (NasError, Refused) as error:
            yield _json(f"{place}/run.json", _plain(run))
            yield f"{place}/not-exported.txt", [f"{error}\n".encode()]
            yield f"{place}/events.jsonl", (_line(event.plain()) for event in run_events(run))
            return
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                yield f"{place}/{path.relative_to(folder)}", blocks_of(path)


def _plain(row: Model) -> dict[str, Any]:
    return {one.attname: one.value_from_object(row) for one in row._meta.concrete_fields if one.attname not in UNSAID}


def _json(name: str, value: object) -> File:
    return name, [json.dumps(value, cls=DjangoJSONEncoder, indent=1).encode()]


def _line(value: object) -> bytes:
    return json.dumps(value, cls=DjangoJSONEncoder).encode() + b"\n"
