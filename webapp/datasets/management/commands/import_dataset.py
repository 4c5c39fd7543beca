"""`manage.py import_dataset`: images on the server's disk, as data of a team."""

from __future__ import annotations

import uuid
from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from webapp.accounts.models import Team
from webapp.datasets.services.from_disk import OnDisk, import_data
from webapp.refusals import Refused


class Command(BaseCommand):
    """What it reads stays as it is."""

    help = "import IDX files, NPZ, a folder of images or an archive as data that studies can use"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, metavar="PATH", help="an archive, a folder, or a file")
        parser.add_argument("--test", type=Path, metavar="PATH", help="the test split, where it is apart")
        parser.add_argument("--name", required=True, help="of the data; a known one gets a new version")
        parser.add_argument("--team", required=True, metavar="TEAM", help="its id, or its name")
        parser.add_argument("--side", type=int, metavar="PIXELS", help="resize each image to so many")

    def handle(self, *, path: Path, test: Path | None, name: str, team: str, side: int | None, **_: object) -> None:
        try:
            version = import_data(OnDisk(_team(team), name, path, test, side))
        except Refused as error:
            raise CommandError(str(error)) from error
        facts = version.facts
        self.stdout.write(
            f"{name}: {facts['images']:,} images, {facts['height']} x {facts['width']}, {facts['classes']} classes"
        )
        for remark in version.report["remarks"]:
            self.stdout.write(f"  {remark}")


def _team(text: str) -> Team:
    """By id or by name. Raises CommandError for none, and for a name that several have."""
    try:
        found = list(Team.objects.filter(pk=uuid.UUID(text)))
    except ValueError:
        found = list(Team.objects.filter(name=text)[:2])
    if len(found) != 1:
        raise CommandError(f"there is {'no' if not found else 'more than one'} team {text!r}; give its id")
    return found[0]
