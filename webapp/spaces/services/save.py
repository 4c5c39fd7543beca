"""A space is saved: under a new name, or as the next version of one."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.db import IntegrityError, transaction

from nas_engine.saved import read_saved
from nas_engine.wire import digest
from webapp.accounts.models import Role, Team, User
from webapp.accounts.selectors import require
from webapp.refusals import Conflict
from webapp.runs.models import Run
from webapp.spaces.models import SavedSpace
from webapp.spaces.selectors import spaces_made


def save_space_of_run(user: User, run: Run, stage: int | None = None, name: str = "") -> SavedSpace:
    """The space that a stage of a run concluded, the last one unless named; called after study and stage unless named.

    Raises NotAllowed for a viewer, Conflict for a run that has made none yet, InvalidArchitecture for one too large to keep.
    """
    team = run.study.team
    require(user, team, Role.EDITOR)
    made = [one for one in spaces_made(run) if stage is None or one.stage == stage]
    if not made:
        which = "no stage of this run" if stage is None else f"stage {stage} of this run"
        raise Conflict(f"{which} has concluded a space; one that evolves or shrinks does, once it is over")
    found = made[-1]
    return _save(user, team, name or f"{run.study.name[:100]}: {found.name}"[:120], found.document, run, found.stage)


def save_space(user: User, team: Team, name: str, document: object) -> SavedSpace:
    """A space by its document. Raises NotAllowed for a viewer, InvalidArchitecture for a document that is none."""
    require(user, team, Role.EDITOR)
    return _save(user, team, name, document)


def _save(
    user: User, team: Team, name: str, document: object, run: Run | None = None, stage: int | None = None
) -> SavedSpace:
    """The next version of the name; the newest one again where nothing changed."""
    written, figures = read_saved(document)
    known: dict[str, Any] = {**asdict(figures), "size": str(figures.size)}
    try:
        with transaction.atomic():
            newest = SavedSpace.objects.filter(team=team, name=name).order_by("-version").first()
            if newest is not None and newest.digest == digest(written):
                return newest
            return SavedSpace.objects.create(
                team=team,
                name=name,
                version=1 if newest is None else newest.version + 1,
                digest=digest(written),
                document=written,
                figures=known,
                run=run,
                stage=stage,
                created_by=user,
            )
    except IntegrityError as error:
        raise Conflict(f"somebody saved a version of {name!r} at the same time; save it again") from error
