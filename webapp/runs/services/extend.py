"""A run that is over goes on with more to spend: as another run of its study, which does nothing again."""

from __future__ import annotations

from django.db import transaction

from nas_engine.extension import More, extended
from nas_engine.run import recipe as read_recipe
from webapp.queueing import send_on_commit
from webapp.quotas.services.refuse import require_room
from webapp.refusals import Conflict
from webapp.runs.models import Run

OVER = (Run.Status.FINISHED, Run.Status.FAILED, Run.Status.CANCELLED)


def extend(run: Run, more: More) -> Run:
    """Before: over. After: a run of the same study with the larger budget is begun; this one stays as it is.

    Raises QuotaSpent, Conflict for a run that is not over or infeasible, and Incompatible where its recipe has nothing of it to raise.
    """
    if run.status not in OVER:
        cure = "change the limits in a clone" if run.status == Run.Status.INFEASIBLE else "wait until it is over"
        raise Conflict(f"this run is {run.status}; {cure}")
    plan = extended(read_recipe(run.recipe), more)
    with transaction.atomic():
        require_room(run.study)
        made = Run.objects.create(study=run.study, recipe=plan.plain, slots=run.slots, extends=run)
        send_on_commit("runs.advance_run", made.pk)
    return made
