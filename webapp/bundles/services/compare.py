"""A run of a study that was made from a bundle has ended: it is held against the bundle, once."""

from __future__ import annotations

import logging
import uuid

from nas_engine.bundle import BadBundle, Compared, compared, opened, surroundings
from nas_engine.errors import NasError
from nas_engine.wire import plain
from webapp.bundles.models import Comparison, Origin
from webapp.bundles.selectors import RunOnRows, environments_of, uncompared
from webapp.bundles.services.recreate import LIMITS
from webapp.bundles.store import path_of

MOST = 20  # that one look compares
log = logging.getLogger(__name__)


def compare_run(run: str | uuid.UUID) -> bool:
    """Before: any. After: a run that has ended and has a bundle to be held against is compared; whether this one did it."""
    row = uncompared().filter(pk=run).select_related("study__origin").first()
    if row is None:
        return False
    try:
        found = _compared(row.study.origin, RunOnRows(row.pk))
    except NasError as error:
        log.warning("run %s cannot be compared with its bundle: %s", run, error)
        return False
    difference = None if found.difference is None else plain(found.difference)
    kept = {
        "equal": found.equal,
        "history_digest": found.ours,
        "difference": difference,
        "elsewhere": list(found.elsewhere),
        "said": found.said(),
    }
    return Comparison.objects.get_or_create(run_id=row.pk, defaults=kept)[1]


def compare_ended() -> int:
    """Those that nobody has compared yet: a kill came between; how many."""
    return sum(compare_run(run) for run in list(uncompared().values_list("pk", flat=True)[:MOST]))


def _compared(origin: Origin, held: RunOnRows) -> Compared:
    """The bundle itself is looked into only where the digests differ."""
    ours, environments = held.history_digest(), environments_of(held.row)
    if ours != origin.history_digest:
        try:
            with opened(path_of(origin.pk), LIMITS) as bundle:
                return compared(bundle, held, environments)
        except BadBundle as error:
            log.warning("the bundle of study %s is lost: %s", origin.study_id, error)
    elsewhere = tuple(surroundings(origin.environments, environments))
    return Compared(origin.history_digest, ours, None, elsewhere, origin.slots)
