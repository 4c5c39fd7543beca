"""`manage.py restore PATH`: a backup becomes this studio."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from webapp.launch.refusal import CannotStart
from webapp.operations.backups.restore import restore_backup
from webapp.refusals import Refused


class Command(BaseCommand):
    """Stop the studio first. Its runs go on at the next start."""

    help = "put a backup's database and files in the place of this studio's"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="PATH", help="of a backup")
        parser.add_argument("--replace", action="store_true", help="lose what this studio holds")

    def handle(self, *, folder: Path, replace: bool, **_: object) -> None:
        try:
            found = restore_backup(folder, replace=replace)
        except (Refused, CannotStart, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"restored as of {found.made}, with {len(found.files)} files; start the studio, and it goes on"
        )
