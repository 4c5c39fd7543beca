"""`manage.py backup PATH`: the whole studio as a folder, while it runs."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from webapp.operations.backups.make import make_backup
from webapp.refusals import Refused


class Command(BaseCommand):
    """Nothing is held up, and nothing has to be stopped."""

    help = "write database and files into a folder, with checksums"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="PATH", help="an empty folder, or one that does not exist yet")
        parser.add_argument("--secret-key", action="store_true", help="the key that signs sessions too")

    def handle(self, *, folder: Path, secret_key: bool, **_: object) -> None:
        try:
            made = make_backup(folder, secret_key=secret_key)
        except (Refused, OSError) as error:
            raise CommandError(str(error)) from error
        size = sum(copied.size for copied in (made.database, *made.files.values()))
        self.stdout.write(f"{folder}: the database ({made.vendor}) and {len(made.files)} files, {size / 1e6:.1f} MB")
        for name in made.missing:
            self.stderr.write(f"missing: {name}")
