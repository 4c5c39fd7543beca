"""`make worker`: the workers of this machine, for a database and a Redis that are elsewhere."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from webapp.launch.checks import check_broker, check_tables
from webapp.launch.log import say
from webapp.launch.start import started

if TYPE_CHECKING:
    from webapp.environment import Environment
    from webapp.launch.supervisor import Supervisor


def run(environment: Environment, supervisor: Supervisor) -> None:
    """Until a signal comes. Raises CannotStart."""
    from webapp.launch.workers import Workers  # needs Django

    check_tables()
    check_broker(environment.redis_url)
    workers = Workers(environment)
    supervisor.start(workers.children(environment.redis_url))
    workers.watch(supervisor)
    say(f"Workers: {', '.join(workers.nodes)}. Ctrl-C stops them.")
    supervisor.run(lambda: None)


if __name__ == "__main__":
    sys.exit(started(run))
