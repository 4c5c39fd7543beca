"""One seed: a studio, a few studies, what its schedule does to them, and what is left."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.core.management import call_command

from nas_engine.chance import Chance
from tests.chaos import audit
from tests.chaos.client import Client
from tests.chaos.faults import FAULTS
from tests.chaos.faults.broker import QUEUES
from tests.chaos.invariants import comparable, differs, every_study_is_there_once, wrongs
from tests.chaos.recipes import Undisturbed
from tests.chaos.schedule import Schedule
from tests.chaos.studio import Studio
from tests.chaos.surroundings import Surroundings
from tests.chaos.wrong import Wrong
from tests.webapp.chaos.harness import torn
from webapp.environment import environment
from webapp.runs.models import Run, Work
from webapp.runs.selectors.waiting import claimable, undecided
from webapp.runs.store import folder_of

LIMIT = 600.0  # seconds: a guard against hanging, on a machine that has much else to do
STILL = 5.0  # seconds in which nobody has anything to do, though there is something to be done


def play(plan: Schedule, undisturbed: Mapping[str, Undisturbed], ground: Surroundings) -> dict[str, Any]:
    """Let it happen; the result as a row."""
    audit.install()
    studio = Studio(plan, ground)
    seed = Seed(plan, studio, sum(undisturbed[name].facts for name in plan.studies))
    begun = time.monotonic()
    try:
        seed.carry_on()
    finally:
        left = studio.stop()
    seconds = time.monotonic() - begun
    ground.restore()
    _sweep()
    runs = list(Run.objects.select_related("study"))
    compared = [run for run in runs if comparable(run)]
    found = [
        *seed.found,
        *([Wrong("orphans", f"{len(left)} processes did not end")] if left else ()),
        *(Wrong("fenced_writes", text) for text in audit.noted()),
        *every_study_is_there_once(plan.studies),
        *(wrong for run in runs for wrong in wrongs(run)),
        *(wrong for run in compared for wrong in differs(run, undisturbed[run.study.name])),
    ]
    works = list(Work.objects.values_list("attempt", "reason"))
    return {
        "seed": plan.seed,
        "database": plan.database,
        "seconds": round(seconds, 1),
        "faults": dict(seed.happened),
        "studies": len(runs),
        "ends": dict(Counter(run.status for run in runs)),
        "works": len(works),
        "attempts": sum(attempt for attempt, _ in works),
        "failures": dict(Counter(reason for _, reason in works if reason)),
        "events": sum(run.last_seq for run in runs),
        "compared": len(compared),
        "retries": seed.client.retries,
        "messages": studio.messages,
        "watchdog": studio.restarted,
        "wrong": [asdict(wrong) for wrong in dict.fromkeys(found)],
    }


class Seed:
    """A schedule on its way: what is still to be submitted and to happen, what has happened, what was seen to be wrong."""

    def __init__(self, plan: Schedule, studio: Studio, facts: int) -> None:
        self.plan, self.studio, self.client = plan, studio, Client(studio.address)
        self.happened, self.found = Counter(plan.conditions()), list[Wrong]()
        self._facts = facts  # of all studies, undisturbed
        self._studies, self._moments = list(plan.studies), list(plan.moments)
        self._still: float | None = None

    def carry_on(self) -> None:
        """Until every study is over, and what was begun has ended."""
        until = time.monotonic() + LIMIT
        while time.monotonic() < until:
            self.studio.turn()
            runs = self.studio.asked(lambda: list(Run.objects.all()))
            if runs is not None and (self._over(runs) or self.studio.asked(self._nobody_will) is True):
                break
        self.happened -= Counter(self.studio.still_armed())

    def _over(self, runs: list[Run]) -> bool:
        """One turn: submit and let happen what is due, look for torn files, retry what failed."""
        told = sum(run.last_seq for run in runs)
        self._submit(told, all(run.status != Run.Status.RUNNING for run in runs))
        while self._moments and told >= self._moments[0].share * self._facts:
            moment = self._moments.pop(0)
            print(f"{time.strftime('%X')} {told} of {self._facts} facts: {moment.fault}", file=sys.stderr, flush=True)
            FAULTS[moment.fault].happen(self.studio, Chance(moment.seed))
            self.happened[moment.fault] += 1
        self.found += [Wrong("torn", path.name) for run in runs for path in torn(folder_of(run.pk))]
        failed = [str(run.pk) for run in runs if run.status == Run.Status.FAILED and self.client.may_retry(str(run.pk))]
        for run in failed:
            self.client.retry(run)
        there = len(runs) == len(self.plan.studies)  # these were asked for before one was submitted
        ended = there and all(run.status != Run.Status.RUNNING for run in runs)
        return ended and not failed and self.studio.quiet

    def _submit(self, told: int, idle: bool) -> None:
        """The next study, once the ones before are on their way."""
        submitted = len(self.plan.studies) - len(self._studies)
        due = idle or told >= submitted * self._facts / (3 * len(self.plan.studies))
        if self._studies and due and self.client.submit(self._studies[0]):
            self._studies.pop(0)

    def _nobody_will(self) -> bool:
        """Without a sweeper: whether something is to be done, and for a while there was nothing that would lead to it."""
        if self.plan.sweepers or self._studies:
            return False
        redis = self.studio.broker.client
        on_its_way = any(redis.llen(queue) for queue in QUEUES) or redis.hlen("unacked")
        if on_its_way or Work.objects.filter(status=Work.Status.RUNNING).exists():
            self._still = None
        elif claimable().exists() or undecided().exists():
            self._still = self._still or time.monotonic()
        return self._still is not None and time.monotonic() - self._still > STILL


def _sweep() -> None:
    """The sweeper's round, for which everything is old."""
    environment.orphan_seconds = 1e-6
    call_command("sweep", once=True, stdout=sys.stderr)
