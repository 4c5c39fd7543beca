"""`manage.py export_run`: a run on rows, as a folder of the command line."""

from __future__ import annotations

import uuid
from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from nas_engine.errors import NasError
from webapp.refusals import Refused
from webapp.runs.models import Run
from webapp.runs.services.transfer import export_run


class Command(BaseCommand):
    """The run stays as it is; pause it first if it is going on."""

    help = "write a run as a folder that `python -m nas_engine run` goes on with"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("run", type=uuid.UUID, metavar="RUN", help="its id")
        parser.add_argument("folder", type=Path, metavar="DIR", help="an empty folder, or one that does not exist yet")

    def handle(self, *, run: uuid.UUID, folder: Path, **_: object) -> None:
        try:
            export_run(run, folder)
        except Run.DoesNotExist as error:
            raise CommandError(f"there is no run {run}") from error
        except (NasError, Refused) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"python -m nas_engine run {folder / 'recipe.json'} --out {folder}  goes on with it")
