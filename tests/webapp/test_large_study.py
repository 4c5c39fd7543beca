"""What is promised of a study of 100,000 candidates: 50 ms and 100 kB a page of its table, 2 MB for the Pareto view."""

from __future__ import annotations

import re
import time
from html import unescape

import pytest
from django.test import Client

from tests.webapp.made_up import client_of, made_up_run
from webapp.runs.selectors.candidates import ORDERS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
CANDIDATES = 100_000
ASKED = 20
ROUNDS = 5  # other work on the machine only adds: the best round counts


def p95(client: Client, path: str) -> tuple[float, int]:
    """Seconds of an answer through the whole handler, and its bytes."""
    best, size = float("inf"), 0
    for _ in range(ROUNDS):
        times = []
        for _ in range(ASKED):
            begun = time.perf_counter()
            answer = client.get(path)
            times.append(time.perf_counter() - begun)
            assert answer.status_code == 200
        best, size = min(best, sorted(times)[int(0.95 * ASKED)]), len(answer.content)
        if best < 0.05:
            break
    return best, size


def test_a_hundred_thousand_candidates_are_as_quick_as_a_few(transactional_db: None) -> None:  # noqa: ARG001
    run = made_up_run(CANDIDATES)
    client = client_of(run)
    slow: dict[str, float] = {}

    def hold(path: str) -> None:
        seconds, size = p95(client, path)
        assert size <= 100_000, path
        if seconds > 0.05:
            slow[path] = seconds

    for order in ORDERS:
        for chosen in ("", "&stage=1", "&status=scored"):
            first = f"/runs/{run.pk}/candidates/?order={order}{chosen}"
            pages = int(re.findall(r'max="(\d+)"', client.get(first).content.decode())[0])
            jump = f"{first}&page={pages // 2}"
            turned = unescape(re.findall(r'hx-get="([^"]+)"[^>]*>Next<', client.get(jump).content.decode())[0])
            for path in (first, turned, jump, f"{first}&page={pages}"):
                hold(path)
        hold(f"/api/v1/runs/{run.pk}/candidates/?order={order}")
    assert slow == {}
    begun = time.perf_counter()
    history = client.get(f"/runs/{run.pk}/history/")
    assert len(history.content) <= 500_000  # uncompressed; 2 MB were promised
    assert time.perf_counter() - begun < 10
    assert sum(history.json()["answers"].values()) == run.candidates.filter(status="scored").count()
    assert p95(client, f"/studies/{run.study_id}/")[0] < 1
