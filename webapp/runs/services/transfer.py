"""A run from a folder of the command line into rows, and back."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from nas_engine.events import Event
from nas_engine.folder import Held, RunFolder, Whole, opened, written
from nas_engine.run import Checkpoint, Result, Stored
from nas_engine.run import Work as EngineWork
from nas_engine.wire import plain, read
from webapp.accounts.models import Team
from webapp.queueing import send_on_commit
from webapp.refusals import Conflict
from webapp.runs.models import Run, Work
from webapp.runs.selectors.digest import history_digest, run_events
from webapp.runs.services.events import append_events
from webapp.runs.services.state import kept_state
from webapp.runs.state import pointer_in, state_of
from webapp.runs.store import RunStore, folder_of
from webapp.studies.models import Study

CHUNK = 1000  # rows a transaction
UNFINISHED = "its import was not finished"


def import_run(folder: Path, study: Study | None = None, team: Team | None = None, name: str = "") -> Run:
    """The run that a folder holds, in rows; one that is not over goes on here. The folder is not changed.

    `study`: whose run it becomes; without one, `team` gets a study of that `name`. Raises Conflict for a run that is there
    already or a study of another recipe, and what `nas_engine.folder.opened` raises.
    """
    with opened(folder) as source:
        whole = source.whole
        if study is not None and study.recipe != whole.recipe:
            raise Conflict(
                f"{folder} holds a run of another recipe than study {study.name!r}; give --team and --name instead"
            )
        owner = team if study is None else study.team
        if owner is None:
            raise Conflict("an imported run belongs to a study or a team; give --study, or --team and --name")
        _refuse_known(owner, source)
        with transaction.atomic():
            made = study or Study.objects.create(
                team=owner, name=name or str(whole.recipe["name"]), recipe=whole.recipe
            )
            run = Run.objects.create(  # over, until all of it is there: nobody works on half a run
                study=made, recipe=whole.recipe, status=Run.Status.CANCELLED, reason=UNFINISHED, ended=timezone.now()
            )
        try:
            _fill(run, source)
        except BaseException:
            shutil.rmtree(folder_of(run.pk), ignore_errors=True)
            run.delete()
            if study is None:
                made.delete()
            raise
    return run


def _refuse_known(team: Team, source: RunFolder) -> None:
    """Two runs are the same if they are of one recipe and found the same."""
    digest = source.history_digest()
    for run in Run.objects.filter(study__team=team, recipe=source.whole.recipe).exclude(reason=UNFINISHED):
        if history_digest(run) == digest:
            raise Conflict(
                f"the run is there already: it is run {run.pk} of study {run.study.name!r}; nothing was imported"
            )


def _fill(run: Run, source: RunFolder) -> None:
    """Files, then facts, then Work, chunk by chunk; in the end one write makes it a run like others."""
    store = RunStore(run.pk)
    for stored, data in source.files():
        store.put(stored.key, data)
    for chunk in source.events():
        append_events(run.pk, chunk)
    works = [_row(run, ordinal, held) for ordinal, held in enumerate(source.whole.works)]
    for start in range(0, len(works), CHUNK):
        Work.objects.bulk_create(works[start : start + CHUNK])
    state = source.whole.run_state()
    if source.whole.state is not None:
        run.state, run.state_version = kept_state(run, source.whole.state), source.whole.version
    run.status = Run.Status.RUNNING if state is None else Run.Status(state.status)
    run.reason = "" if state is None else state.reason
    run.ended = run.notified = None if run.status == Run.Status.RUNNING else timezone.now()
    with transaction.atomic():
        run.save(update_fields=["state", "state_version", "status", "reason", "ended", "notified"])
        if run.status == Run.Status.RUNNING:
            for work in works:
                if work.status == Work.Status.QUEUED:
                    send_on_commit("runs.perform_work", work.pk)
            send_on_commit("runs.advance_run", run.pk)
    run.refresh_from_db()


def _row(run: Run, ordinal: int, held: Held) -> Work:
    done = held.result is not None
    return Work(
        run=run,
        key=held.work.key,
        ordinal=ordinal,
        kind=held.work.kind,
        value=plain(held.work),
        status=Work.Status.DONE if done else Work.Status.QUEUED,
        attempt=held.attempts,
        queued=Now(),
        checkpoint=None if held.checkpoint is None else plain(held.checkpoint),
        seconds=held.seconds,
        result=None if held.result is None else plain(held.result),
        told=held.told,
    )


def export_run(run: uuid.UUID, folder: Path) -> None:
    """Write a run as a folder of the command line, which goes on from there. The run is not changed.

    Raises Conflict for a run that was cancelled, that a worker holds a Work of or that went on meanwhile, and what
    `nas_engine.folder.written` raises.
    """
    before = _mark(run)
    row = Run.objects.get(pk=run)
    if row.status == Run.Status.CANCELLED:
        raise Conflict(f"run {run} was cancelled and cannot go on; export one that is paused or has ended by itself")
    if Work.objects.filter(run=run, status=Work.Status.RUNNING).exists():
        raise Conflict(
            f"a worker holds a piece of work of run {run}; pause the run, wait until it has stopped, export again"
        )
    works = tuple(_held(work) for work in row.works.exclude(status=Work.Status.DROPPED).order_by("ordinal"))
    whole = Whole(row.recipe, state_of(row), row.state_version, works)
    store = RunStore(run)
    own = pointer_in(row.state)  # the folder keeps the state in its journal
    found = (Stored(key, digest) for key, digest in row.artifacts.values_list("key", "sha256"))
    pointers = [stored for stored in found if stored != own]
    written(folder, whole, _chunks(row, before), store.get, iter(pointers))


def _chunks(row: Run, before: object) -> Iterator[list[Event]]:
    """The facts, in lists; after the last one, the run must still be as it was, or the folder would not fit together."""
    events = run_events(row)
    while chunk := list(islice(events, CHUNK)):
        yield chunk
    if _mark(row.pk) != before:
        raise Conflict(f"run {row.pk} went on while it was exported; pause it, then export again")


def _mark(run: uuid.UUID) -> object:
    """Differs after anything that changes a run."""
    row = Run.objects.values_list("state_version", "last_seq", "status").get(pk=run)
    return row, list(Work.objects.filter(run=run).order_by("ordinal").values_list("pk", "attempt", "status"))


def _held(row: Work) -> Held:
    return Held(
        read(EngineWork, row.value),
        None if row.result is None else read(Result, row.result),
        row.told,
        row.seconds,
        None if row.checkpoint is None else read(Checkpoint, row.checkpoint),
        row.attempt,
    )
