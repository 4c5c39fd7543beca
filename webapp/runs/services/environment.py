"""Where a Work was done is written down once for its run: what exactness depends on."""

from __future__ import annotations

import uuid

from nas_engine.fingerprint import fingerprint
from nas_engine.wire import digest
from webapp.runs.models import RunEnvironment


def record_environment(run: uuid.UUID, device: str) -> None:
    """Within the transaction that ends a Work, in the process that did it. A second time changes nothing."""
    facts = {**fingerprint(), "device": device}
    row = RunEnvironment(run_id=run, digest=digest(facts), facts=facts)
    RunEnvironment.objects.bulk_create([row], ignore_conflicts=True)
