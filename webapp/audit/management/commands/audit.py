"""`manage.py audit`: who did what."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from webapp.audit.models import AuditEntry
from webapp.redaction import clean

FIELDS = ("at", "actor", "action", "subject", "subject_id", "team_id", "address", "via")


class Command(BaseCommand):
    """Prints the log, oldest first."""

    help = "print who did what, when, to what and from where, oldest first"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--since", help="a day, as 2026-01-31; everything without it")
        parser.add_argument("--actor", help="only what this e-mail did")
        parser.add_argument("--action", choices=AuditEntry.Action.values, help="only this")
        parser.add_argument("--json", action="store_true", help="one JSON object a line, to be kept elsewhere")

    def handle(self, *, since: str | None, actor: str | None, action: str | None, **options: Any) -> None:
        wanted = {"at__gte": _day(since), "actor": actor, "action": action}
        found = AuditEntry.objects.filter(**{name: value for name, value in wanted.items() if value is not None})
        for row in found.order_by("id").iterator():
            self.stdout.write(_plain(row) if options["json"] else _line(row))


def _day(text: str | None) -> datetime | None:
    try:
        return None if text is None else timezone.make_aware(datetime.fromisoformat(text))
    except ValueError as error:
        raise CommandError(f"--since is {text!r}, wanted a day as 2026-01-31") from error


def _plain(row: AuditEntry) -> str:
    return json.dumps({name: getattr(row, name) for name in FIELDS}, default=str)


def _line(row: AuditEntry) -> str:
    where = " ".join(part for part in (row.address, row.via) if part)
    return clean(f"{row.at:%Y-%m-%d %H:%M:%S}  {row.actor or '-'}  {row.action}  {row.subject}  ({where})")
