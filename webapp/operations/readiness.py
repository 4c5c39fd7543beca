"""Whether the studio can take requests: what the doctor looks at, as far as the pages need it."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

from webapp.doctor.checks.broker import broker
from webapp.doctor.checks.database import database, migrations
from webapp.doctor.checks.storage import storage
from webapp.doctor.examination import Examined, examined
from webapp.doctor.finding import Check

WANTED = (
    Check("database", database),
    Check("migrations", migrations, needs=("database",)),
    Check("broker", broker),
    Check("storage", storage),
)
FRESH = 2.0  # seconds that one look is good for: anybody may ask, as often as they like


@dataclass
class Readiness:
    """The last look at what is missing. One at a time: whoever asks meanwhile waits for it."""

    _missing: tuple[Examined, ...] = ()
    _looked: float = float("-inf")
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def missing(self) -> tuple[Examined, ...]:
        """What is wrong or could not be looked at; none where the studio is ready."""
        with self._turn:
            if time.monotonic() - self._looked > FRESH:
                self._missing = tuple(one for one in examined(WANTED) if one.state != "ok")
                self._looked = time.monotonic()
            return self._missing


readiness = Readiness()
