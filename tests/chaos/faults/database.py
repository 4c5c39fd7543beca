"""PostgreSQL that is started anew or cuts its connections."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from nas_engine.chance import Chance
from tests.chaos.faults.base import Fault

if TYPE_CHECKING:
    from tests.chaos.studio import Studio


def _restart(studio: Studio, chance: Chance) -> None:
    assert studio.postgres is not None
    studio.postgres.stop()
    studio.later(2.0 * chance.uniform(), studio.postgres.start)


def _crash(studio: Studio, _chance: Chance) -> None:
    """Without writing anything more: it recovers from its log."""
    assert studio.postgres is not None
    studio.postgres.stop(signal.SIGQUIT)
    studio.postgres.start()


def _cut(studio: Studio, _chance: Chance) -> None:
    assert studio.postgres is not None
    studio.postgres.cut()


ONLY = ("postgresql",)
DATABASE = (
    Fault("PostgreSQL restarted", _restart, ONLY),
    Fault("PostgreSQL crashed", _crash, ONLY),
    Fault("connections cut", _cut, ONLY),
)
