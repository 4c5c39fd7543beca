"""The process that plays seeds of one database, one after the other: what is imported is imported once. `ground` starts it."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "webapp.settings"
django.setup()

from django.db import connection  # noqa: E402

from nas_engine.wire import read  # noqa: E402
from tests.chaos.recipes import Undisturbed  # noqa: E402
from tests.chaos.schedule import Schedule  # noqa: E402
from tests.chaos.seed import play  # noqa: E402
from tests.chaos.surroundings import Surroundings  # noqa: E402


def main() -> None:
    """Takes a schedule a line on standard input, and answers each with its row."""
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
