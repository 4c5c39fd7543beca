"""Facts of runs become deliveries, in the transaction that the facts are written in."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils import timezone

from webapp.mail import link_to
from webapp.queueing import send_on_commit
from webapp.studies.models import Study
from webapp.webhooks.models import Delivery, Webhook

if TYPE_CHECKING:
    from webapp.runs.models import Candidate, Event

Kind = Webhook.Kind
TOLD = {  # kind of a fact -> what hears of it
    "run started": Kind.STARTED,
    "stage started": Kind.STAGE_STARTED,
    "stage finished": Kind.STAGE_FINISHED,
    "run ended": Kind.ENDED,
}
TEST = "webhook.test"


def enqueue(run: uuid.UUID, rows: Sequence[Event], best: Candidate | None, **_: object) -> None:
    """After: whatever a webhook of the run's team wants to hear of these waits for it. Most facts cost no query."""
    told: list[tuple[Kind, int, dict[str, Any]]] = [
        (TOLD[row.kind], row.seq, row.payload) for row in rows if row.kind in TOLD
    ]
    if best is not None:
        told.append((Kind.IMPROVED, best.number, _found(best)))
    if not told:
        return
    webhooks = list(Webhook.objects.filter(team__studies__runs=run, active=True))
    if not webhooks:
        return
    study = Study.objects.select_related("team").only("name", "team__name").get(runs=run)
    about = {
        "team": {"id": str(study.team_id), "name": study.team.name},
        "study": {"id": str(study.pk), "name": study.name},
        "run": {"id": str(run), "url": link_to(f"{reverse('study', args=(study.pk,))}?run={run}")},
    }
    for kind, seq, fact in sorted(told, key=lambda one: one[1]):
        for webhook in webhooks:
            if kind in webhook.events:
                add_delivery(webhook, kind, {**about, "seq": seq, "fact": fact})


def add_delivery(webhook: Webhook, kind: str, data: dict[str, Any]) -> Delivery:
    """After: it waits, and a worker is told on commit."""
    now = timezone.now()
    body = json.dumps({"type": kind, "timestamp": now.isoformat(), "data": data}, ensure_ascii=False)
    made = Delivery.objects.create(webhook=webhook, kind=kind, body=body, due=now)
    send_on_commit("webhooks.deliver", made.pk)
    return made


def _found(best: Candidate) -> dict[str, Any]:
    figures = {name: getattr(best, name) for name in ("stage", "score", "params", "madds")}
    return {"architecture": best.architecture.key, **figures}
