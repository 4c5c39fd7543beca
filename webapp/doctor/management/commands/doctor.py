"""`manage.py doctor`: what is wrong with this installation, and the cure."""

from __future__ import annotations

import json
import os
from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from webapp.doctor.checklist import CHECKS
from webapp.doctor.examination import Examined, examined


class Command(BaseCommand):
    """Exit code 1 when something is wrong."""

    help = "look at database, Redis, workers, clocks, storage, devices and pages; name what is wrong, and its cure"
    requires_system_checks: list[str] = []  # noqa: RUF012 - Django's; it is called where things are broken

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON document instead of lines")

    def handle(self, *, json: bool, **_: object) -> None:
        os.environ.setdefault("PGCONNECT_TIMEOUT", "10")  # seconds; else a silent host is waited for for minutes
        found = []
        for one in examined(CHECKS):
            found.append(one)
            if not json:
                self._say(one)
        wrong = sum(len(one.findings) for one in found)
        if json:
            self._write_json(found)
        else:
            self.stdout.write(f"\n{wrong} found" if wrong else "\nNothing is wrong.")
        if wrong:
            raise SystemExit(1)

    def _say(self, one: Examined) -> None:
        """A line, or three."""
        if one.skipped:
            self.stdout.write(f"-      {one.name}: not looked at, since {one.skipped} is wrong")
        elif not one.findings:
            self.stdout.write(f"ok     {one.name}")
        for finding in one.findings:
            self.stdout.write(f"WRONG  {one.name}: {finding.wrong}.\n       cure: {finding.cure}.")

    def _write_json(self, found: list[Examined]) -> None:
        healthy = all(one.state == "ok" for one in found)
        self.stdout.write(json.dumps({"healthy": healthy, "checks": [one.plain for one in found]}))
