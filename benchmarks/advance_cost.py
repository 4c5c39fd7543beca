"""What one decision of a run costs at 100 and at 10,000 candidates, on the database of DATABASE_URL.

    python -m benchmarks.advance_cost [--decisions 20]

Prints one JSON object. `benchmarks/overhead.py` starts it.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager

import django
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")
django.setup()

from benchmarks.long_run import SEARCHES, answer, long_run  # noqa: E402 - Django comes first
from webapp import queueing  # noqa: E402
from webapp.runs.models import Run  # noqa: E402
from webapp.runs.services.advance import advance_run  # noqa: E402


@contextmanager
def transactions_timed() -> Iterator[list[float]]:
    """Milliseconds of each outermost transaction, commit and the hooks after it included."""
    spans: list[float] = []
    enter, leave = transaction.Atomic.__enter__, transaction.Atomic.__exit__
    began = 0.0

    def entering(self: transaction.Atomic) -> None:
        nonlocal began
        if not connection.in_atomic_block:
            began = time.perf_counter()
        enter(self)

    def leaving(self: transaction.Atomic, *error: object) -> None:
        leave(self, *error)  # type: ignore[arg-type]
        if not connection.in_atomic_block:
            spans.append((time.perf_counter() - began) * 1e3)

    transaction.Atomic.__enter__, transaction.Atomic.__exit__ = entering, leaving  # type: ignore[method-assign]
    try:
        yield spans
    finally:
        transaction.Atomic.__enter__, transaction.Atomic.__exit__ = enter, leave  # type: ignore[method-assign]


def unsent(*_: str) -> None:
    """There is no broker here: its time is not the decision's."""


def decision(run: Run) -> tuple[float, float, int]:
    """Milliseconds, those of its longest transaction, and queries."""
    answer(run, 1)
    with transactions_timed() as spans, CaptureQueriesContext(connection) as seen:
        began = time.perf_counter()
        advance_run(run.pk)
        whole = (time.perf_counter() - began) * 1e3
    return whole, max(spans), len(seen)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--decisions", type=int, default=20)
    chosen = parser.parse_args()
    queueing._send = unsent
    call_command("migrate", verbosity=0)
    rows = []
    for strategy in ("ageing_evolution", "lissnas", "random"):
        runs = {candidates: long_run(SEARCHES[strategy], candidates) for candidates in (100, 10_000)}
        rounds = [{n: decision(run) for n, run in runs.items()} for _ in range(chosen.decisions)]  # by turns
        for n, run in runs.items():
            whole, longest, queries = zip(*(figures[n] for figures in rounds), strict=True)
            run.refresh_from_db(fields=["state"])
            rows.append(
                {
                    "strategy": strategy,
                    "candidates": n,
                    "decision_ms": statistics.median(whole),
                    "longest_transaction_ms": max(longest),
                    "median_transaction_ms": statistics.median(longest),
                    "queries": statistics.median(queries),
                    "state_bytes": len(json.dumps(run.state)),
                }
            )
    print(json.dumps(rows))


if __name__ == "__main__":
    main()
