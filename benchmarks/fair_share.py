"""Three teams and two workers: how long each team waits by order of arrival, and when teams share the devices.

    python benchmarks/fair_share.py [--database URL] [--out docs/results]

The teams have 1,000, 100 and 10 evaluations queued, in that order, before the workers, warm by then, begin on them. The same queue
is worked off twice, on scratch databases (SQLite, or beside the PostgreSQL that --database names), with a Redis and two Celery workers
of its own: once in the order of the messages, once as the product does. An evaluation holds its worker for 20 ms and does nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.fair_share_report import document, figures, picture  # noqa: E402 - found from the root
from benchmarks.overhead import broker, scratch_postgres  # noqa: E402
from nas_engine.fingerprint import fingerprint  # noqa: E402

ORDERS = ("arrival", "fair")
LIMIT = 300  # seconds: a guard against a hang
Row = dict[str, Any]


@contextmanager
def scratch(database: str) -> Iterator[dict[str, str]]:
    """The environment of a studio that has nothing yet."""
    with tempfile.TemporaryDirectory() as folder, broker(Path(folder)) as redis:
        own = {"VAR_DIR": folder, "REDIS_URL": redis, "DATABASE_URL": "", "OMP_NUM_THREADS": "1"}
        if database:
            with scratch_postgres(database) as url:
                yield {**own, "DATABASE_URL": url}
        else:
            yield own


def worked_off(order: str, database: str) -> Row:
    """What `fair_share_queue` prints: evaluations with team, beginning and end, in seconds since the first began."""
    command = [sys.executable, "-m", "benchmarks.fair_share_queue"]
    with scratch(database) as own:
        done = subprocess.run(
            command, cwd=ROOT, env={**os.environ, **own, "ORDER": order}, capture_output=True, text=True, timeout=LIMIT
        )
    if done.returncode:
        raise SystemExit(f"the queue by {order} was not worked off:\n{done.stderr[-3000:]}")
    found: Row = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", default="", metavar="URL", help="a PostgreSQL; SQLite without")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "results")
    chosen = parser.parse_args()
    facts = {**fingerprint(), "cores": os.cpu_count(), "load": [round(one, 1) for one in os.getloadavg()]}
    facts["database"] = "PostgreSQL" if chosen.database else "SQLite"
    began = time.monotonic()
    found = {order: worked_off(order, chosen.database) for order in ORDERS}
    evaluations = {order: found[order]["evaluations"] for order in ORDERS}
    written: Row = {"environment": facts, "seconds": round(time.monotonic() - began, 1)}
    written |= {"turn_ms": found["fair"]["turn_ms"]} | {order: figures(evaluations[order]) for order in ORDERS}
    chosen.out.mkdir(parents=True, exist_ok=True)
    (chosen.out / "fair_share.json").write_text(json.dumps(written, indent=1) + "\n")
    (chosen.out / "fair_share.md").write_text(document(written))
    (chosen.out / "fair_share.svg").write_text(picture(evaluations))
    print(document(written))


if __name__ == "__main__":
    main()
