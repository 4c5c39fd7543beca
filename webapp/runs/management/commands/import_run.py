"""`manage.py import_run`: a run of the command line, into rows."""

from __future__ import annotations

import uuid
from argparse import ArgumentParser
from pathlib import Path

from django.core.exceptions import ObjectDoesNotExist
from django.core.management.base import BaseCommand, CommandError

from nas_engine.errors import NasError
from webapp.accounts.models import Team
from webapp.refusals import Refused
from webapp.runs.services.transfer import import_run
from webapp.studies.models import Study


class Command(BaseCommand):
    """The folder stays as it is; a run that is not over goes on here."""

    help = "import a run that was made with `python -m nas_engine run`"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR", help="the folder that the run was made in")
        parser.add_argument("--study", type=uuid.UUID, metavar="ID", help="make it a run of this study")
        parser.add_argument("--team", type=uuid.UUID, metavar="ID", help="or of a new study of this team")
        parser.add_argument("--name", default="", help="of the new study (default: the recipe's)")

    def handle(self, *, folder: Path, study: uuid.UUID | None, team: uuid.UUID | None, name: str, **_: object) -> None:
        if (study is None) == (team is None):
            raise CommandError("say where the run goes: --study ID, or --team ID and --name NAME")
        try:
            into = None if study is None else Study.objects.get(pk=study)
            owner = None if team is None else Team.objects.get(pk=team)
            run = import_run(folder, into, owner, name)
        except ObjectDoesNotExist as error:
            raise CommandError(f"there is no {'study' if team is None else 'team'} {study or team}") from error
        except (NasError, Refused) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"run {run.pk} of study {run.study.name!r}: {run.status}, {run.last_seq} events")
