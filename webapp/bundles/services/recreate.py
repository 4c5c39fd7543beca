"""A study is made again from a bundle, of this studio or another."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import IO

from django.conf import settings
from django.db import transaction

from nas_engine.bundle import Bundle, Limits, data_of, data_words, opened, refuse_incomparable
from nas_engine.errors import BadData, Incompatible
from nas_engine.wire import write_atomically
from webapp.accounts.models import Role, Team, User
from webapp.accounts.selectors import require
from webapp.bundles.models import Origin
from webapp.bundles.store import path_of, remove
from webapp.datasets.models import DatasetVersion
from webapp.intake import MOST_BYTES
from webapp.studies.models import Study
from webapp.studies.services.submit import Submission, submit_study

LIMITS = Limits(  # JSON takes about twenty times its size in memory; a recipe may be as large as over REST
    packed=MOST_BYTES, unpacked=512 * 2**20, small=8 * 2**20, recipe=settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 2**22
)


@dataclass(frozen=True)
class Brought:
    """What a person brings. `key` makes the same request, sent twice, one study."""

    team: Team
    file: IO[bytes]
    name: str = ""
    start: bool = True
    key: str = ""


def recreate_study(user: User, brought: Brought) -> tuple[Study, bool]:
    """Save the study of a bundle's recipe, remember the bundle, and begin a run; whether it is new.

    Raises NotAllowed for a viewer, BadBundle for a file that is none, BadData, by name, for data that the team does not have,
    and what `submit_study` raises for the recipe: then nothing is kept.
    """
    require(user, brought.team, Role.EDITOR)
    with opened(brought.file, LIMITS) as bundle:
        _refuse_missing_data(brought.team, bundle)
        asked = Submission(
            brought.team,
            bundle.plan.plain,
            brought.name or bundle.manifest.name,
            bundle.manifest.slots,
            brought.start,
            brought.key,
        )
        origin = _origin(bundle)
    brought.file.seek(0)
    data = brought.file.read()
    origin.size = len(data)
    write_atomically(path_of(origin.pk), data)
    try:
        with transaction.atomic():
            study, new = submit_study(user, asked)
            if new:
                origin.study = study
                origin.save(force_insert=True)
    except BaseException:
        remove(origin.pk)
        raise
    if not new:
        remove(origin.pk)
    return study, new


def _origin(bundle: Bundle) -> Origin:
    said, why = bundle.manifest, ""
    try:
        refuse_incomparable(bundle)
    except Incompatible as error:
        why = str(error)
    return Origin(
        id=uuid.uuid4(),
        name=said.name,
        status=said.status,
        slots=said.slots,
        history_digest=said.history_digest,
        environments=[dict(one) for one in bundle.environments],
        incomparable=why,
    )


def _refuse_missing_data(team: Team, bundle: Bundle) -> None:
    """A bundle names its data by content and does not hold them."""
    data = data_of(bundle.plan)
    if data is not None and not DatasetVersion.objects.filter(dataset__team=team, sha256=data.sha256).exists():
        raise BadData(
            f"{data_words(data)} are not in team {team.name};"
            " upload the same files on the Data page, then bring the bundle again"
        )
