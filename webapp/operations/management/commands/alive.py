"""`manage.py alive`: whether the workers of this machine are, for a container's health check."""

from __future__ import annotations

from django.core.management.base import BaseCommand, CommandError
from django.db.models.functions import Now

from webapp.environment import environment
from webapp.launch.refusal import CannotStart
from webapp.launch.workers import node, queues_of
from webapp.runs.models import Worker
from webapp.runs.selectors.workers import ALIVE


class Command(BaseCommand):
    """Their launcher says every five seconds, in the database, that they are up."""

    help = "whether every worker that a launcher would start here has been heard of lately"

    def handle(self, **_: object) -> None:
        try:
            wanted = {node(device.label) for device in queues_of(environment)}
        except CannotStart as error:
            raise CommandError(str(error)) from error
        seen = Worker.objects.filter(name__in=wanted, seen__gt=Now() - ALIVE).values_list("name", flat=True)
        if silent := sorted(wanted.difference(seen)):
            raise CommandError(f"not heard of for {ALIVE.seconds} seconds: {', '.join(silent)}")
        self.stdout.write("alive")
