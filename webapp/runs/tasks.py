"""Tasks: load nothing, call one service, return."""

from __future__ import annotations

import threading

from django.db import connection

from webapp.bundles.services.compare import compare_run
from webapp.environment import environment
from webapp.logs.about import about
from webapp.queueing import task
from webapp.runs.services.advance import advance_run
from webapp.runs.services.notify import tell_ended, untold
from webapp.runs.services.perform import perform_work
from webapp.runs.worker import node


@task("runs.advance_run")
def advance_run_task(run: str) -> None:
    """Before: a run with results that it has not heard, or with free slots. After: it has decided."""
    with about(run=run):
        advance_run(run)
    if untold().filter(pk=run).exists():
        tell_aside([run])
    compare_run(run)


@task("runs.perform_work")
def perform_work_task(work: str) -> None:
    """Before: some Work is queued. After: the one whose turn it was is done, or queued again at a checkpoint."""
    perform_work(work, owner=node(), device=environment.device)


def tell_aside(runs: list[str]) -> threading.Thread:
    """Mail that these have ended, in a thread: a mail server that hangs holds no decision up."""
    thread = threading.Thread(target=_tell, args=(runs,), name="mail", daemon=True)
    thread.start()
    return thread


def _tell(runs: list[str]) -> None:
    try:
        for run in runs:
            tell_ended(run)
    finally:
        connection.close()
