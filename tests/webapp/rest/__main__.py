"""`python -m tests.webapp.rest --seconds 1200`: all visitors in turn, for so long together, on a scratch database."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path


def main() -> int:
    """1 where anything was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.webapp.rest", description=__doc__)
    parser.add_argument("--seconds", type=int, default=1200)
    parser.add_argument("--only", nargs="*", default=[], help="visitors")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ |= {"DJANGO_SETTINGS_MODULE": "webapp.settings", "VAR_DIR": str(folder / "var"), "DATABASE_URL": ""}
        import django

        django.setup()
        from django.core.management import call_command

        from tests.webapp.rest.schema import written
        from tests.webapp.rest.strangers import ORDER, held, studio

        call_command("migrate", verbosity=0)
        visitors = [one for one in ORDER if not chosen.only or one in chosen.only]
        each = max(1, chosen.seconds // len(visitors))
        broken = []
        with studio(folder) as (web, made):
            written(folder / "schema.json")
            for visitor in visitors:
                told = held(web, made, visitor, folder, ["--max-time", str(each)])
                print(f"===== {visitor}\n{told.log}\n{told.wrong if told.wrong != told.log else ''}", flush=True)
                broken += [visitor] if told.wrong else []
        print(json.dumps({"visitors": len(visitors), "seconds": each * len(visitors), "wrong": broken}))
        return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
