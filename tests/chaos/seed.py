"""One seed: a studio, a few studies, what its schedule does to them, and what is left.

A process of its own plays seeds of one database, one after the other (`ground` starts it): what is imported is imported once.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import httpx

from nas_engine.chance import Chance
from nas_engine.wire import read
from tests.chaos.recipes import STUDIES, Undisturbed
from tests.chaos.schedule import Schedule
from tests.chaos.surroundings import Surroundings
from tests.chaos.wrong import Wrong

LIMIT = 600.0  # seconds: a guard against hanging, on a machine that has much else to do
STILL = 5.0  # seconds in which nobody has anything to do, though there is something to be done
MOST_RETRIES = 4
Row = dict[str, Any]


def play(plan: Schedule, undisturbed: Mapping[str, Undisturbed], ground: Surroundings) -> Row:
    """Let it happen; the result as a row."""
    from tests.chaos import audit
    from tests.chaos.invariants import comparable, differs, wrongs
    from tests.chaos.studio import Studio
    from webapp.runs.models import Run

    audit.install()
    token = _somebody()
    begun = time.monotonic()
    studio = Studio(plan, ground)
    try:
        client = _Client(studio, token)
        for name in plan.studies:
            client.submit(name)
        happened, found = _carry_on(plan, undisturbed, studio, client)
    finally:
        left = studio.stop()
    seconds = time.monotonic() - begun
    ground.restore()
    _sweep()
    runs = list(Run.objects.select_related("study"))
    found += [Wrong("orphans", f"{len(left)} processes did not end")] if left else []
    found += [Wrong("fenced_writes", text) for text in audit.noted()]
    found += [wrong for run in runs for wrong in wrongs(run)]
    exact = [run for run in runs if comparable(run)]
    found += [wrong for run in exact for wrong in differs(run, undisturbed[run.study.name])]
    works = [work for run in runs for work in run.works.values_list("attempt", "deaths", "reason")]
    return {
        "seed": plan.seed,
        "database": plan.database,
        "seconds": round(seconds, 1),
        "faults": dict(happened),
        "studies": len(runs),
        "ends": dict(Counter(run.status for run in runs)),
        "works": len(works),
        "attempts": sum(attempt for attempt, _, _ in works),
        "failures": dict(Counter(reason for _, _, reason in works if reason)),
        "events": sum(run.last_seq for run in runs),
        "compared": len(exact),
        "retries": client.retries,
        "messages": studio.messages,
        "watchdog": studio.restarted,
        "wrong": [asdict(wrong) for wrong in dict.fromkeys(found)],
    }


def _say(text: str) -> None:
    """To the seed's log."""
    print(time.strftime("%H:%M:%S"), text, file=sys.stderr, flush=True)


def _somebody() -> str:
    """A user's token."""
    from webapp.accounts.models import Membership, Role, Team, User
    from webapp.accounts.services.tokens import make_token

    user = User.objects.create(email="chaos@example.org")
    Membership.objects.create(user=user, team=Team.objects.create(name="chaos"), role=Role.EDITOR)
    return make_token(user, "chaos")[1]


class _Client:
    """Somebody who submits over REST, again and again until it is answered, and retries what failed."""

    def __init__(self, studio: Any, token: str) -> None:
        self._studio, self.retries = studio, 0
        headers = {"Authorization": f"Bearer {token}"}
        self._api = httpx.Client(base_url=f"{studio.address}/api/v1", headers=headers, timeout=20)
        self._asked: Counter[str] = Counter()

    def submit(self, name: str) -> None:
        body = {"recipe": STUDIES[name].recipe, "slots": STUDIES[name].slots, "name": name}
        until = time.monotonic() + LIMIT
        while (status := self._post("/studies/", body, {"Idempotency-Key": name})) not in (200, 201):
            assert time.monotonic() < until and not 400 <= status < 500, f"the web process answers {status}"  # noqa: PT018
            self._studio.turn()

    def retry(self, run: str) -> None:
        """Ask for a run that failed to go on; it may be refused."""
        self._asked[run] += 1
        if self._post(f"/runs/{run}/retry/", {}, {}) == 200:
            self.retries += 1

    def may_retry(self, run: str) -> bool:
        return self._asked[run] < MOST_RETRIES

    def _post(self, path: str, body: Row, headers: dict[str, str]) -> int:
        try:
            answer = self._api.post(path, json=body, headers=headers)
        except httpx.HTTPError:
            return 0  # it is being started again
        if answer.is_error:
            _say(f"{path}: {answer.status_code} {answer.text[:300]}")
        return answer.status_code


def _carry_on(
    plan: Schedule, undisturbed: Mapping[str, Undisturbed], studio: Any, client: _Client
) -> tuple[Counter[str], list[Any]]:
    """Until every study is over: faults by their moments. What has happened, and what is wrong so far."""
    from tests.chaos.faults import FAULTS
    from tests.webapp.chaos.harness import torn
    from webapp.runs.models import Run
    from webapp.runs.store import folder_of

    expected = sum(undisturbed[name].facts for name in plan.studies)
    waiting, happened = list(plan.moments), Counter(plan.conditions())
    found: list[Any] = []
    until, still = time.monotonic() + LIMIT, _Stillness()
    while time.monotonic() < until:
        studio.turn()
        runs = studio.asked(lambda: list(Run.objects.all()))
        if runs is None:
            continue
        told = sum(run.last_seq for run in runs)
        while waiting and told >= waiting[0].share * expected:
            moment = waiting.pop(0)
            _say(f"{told} of {expected} facts: {moment.fault}")
            FAULTS[moment.fault].happen(studio, Chance(moment.seed))
            happened[moment.fault] += 1
        for run in runs:
            found += [Wrong("torn", path.name) for path in torn(folder_of(run.pk))]
            if run.status == Run.Status.FAILED and client.may_retry(str(run.pk)):
                client.retry(str(run.pk))
                break
        else:
            if all(run.status != Run.Status.RUNNING for run in runs) and studio.quiet:
                break
        if plan.sweepers == 0 and studio.asked(lambda: still.lasts(studio)):
            break  # nobody would ever take it up again
    return happened - Counter(studio.still_armed()), found


class _Stillness:
    """Since when there is something to be done, and nothing that would lead to it."""

    def __init__(self) -> None:
        self._since: float | None = None

    def lasts(self, studio: Any) -> bool:
        from webapp.runs.models import Work
        from webapp.runs.selectors.waiting import claimable, undecided

        queued = sum(studio.broker.client.llen(queue) for queue in ("short", "device"))
        held = studio.broker.client.hlen("unacked")
        busy = Work.objects.filter(status=Work.Status.RUNNING).exists()
        if queued or held or busy or not (claimable().exists() or undecided().exists()):
            self._since = None
            return False
        self._since = self._since or time.monotonic()
        return time.monotonic() - self._since > STILL


def _sweep() -> None:
    """The sweeper's round, for which everything is old."""
    from django.core.management import call_command

    from webapp.environment import environment

    environment.orphan_seconds = 1e-6
    call_command("sweep", once=True, stdout=sys.stderr)


def main() -> None:
    """Takes a schedule a line on standard input, and answers each with its row."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "webapp.settings"
    import django

    django.setup()
    from django.db import connection

    for line in sys.stdin:
        given = json.loads(line)
        undisturbed = {name: Undisturbed(**found) for name, found in given["undisturbed"].items()}
        ground = Surroundings(Path(os.environ["VAR_DIR"]), Path(given["template"]))
        try:
            answer = play(read(Schedule, given["schedule"]), undisturbed, ground)
        finally:
            connection.close()
            ground.clear()
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
