"""Whether the database answers and has our tables as they are now."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from webapp.doctor.finding import Finding
from webapp.launch.checks import check_database
from webapp.launch.refusal import CannotStart


def database() -> Iterator[Finding]:
    """It opens and answers."""
    try:
        check_database()
    except CannotStart as error:
        yield Finding.of(error)


def migrations() -> Iterator[Finding]:
    """Every migration of this version has been applied."""
    executor = MigrationExecutor(connection)
    missing = [f"{one.app_label}.{one.name}" for one, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]
    if missing:
        named = ", ".join(missing[:5]) + (f" and {len(missing) - 5} more" if len(missing) > 5 else "")
        yield Finding(
            f"the database lacks {len(missing)} migrations: {named}",
            "stop the studio, run `python manage.py migrate`, start it again (`make run` does both)",
        )
