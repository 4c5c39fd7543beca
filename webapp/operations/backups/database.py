"""The database as one file, taken while everything runs, and put back."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.db import connection, transaction

from webapp.refusals import Conflict


@contextmanager
def snapshot(target: Path) -> Iterator[None]:
    """Write the database to a file. Within, rows are read as they are in it."""
    with _of_sqlite(target) if connection.vendor == "sqlite" else _of_postgres(target):
        yield


@contextmanager
def _of_sqlite(target: Path) -> Iterator[None]:
    """By SQLite's own online backup, in one step: whoever writes meanwhile is not held up, and not in it."""
    target.unlink(missing_ok=True)
    with connection.cursor() as cursor:
        cursor.execute("begin deferred")  # Django's own would be immediate, and keep writers out
        try:
            cursor.execute("select count(*) from django_migrations")  # from here on
            with closing(sqlite3.connect(target)) as copy:
                connection.connection.backup(copy)
                copy.execute("pragma journal_mode = delete")  # one file
            yield
        finally:
            cursor.execute("rollback")


@contextmanager
def _of_postgres(target: Path) -> Iterator[None]:
    """By pg_dump, which is shown what a transaction of ours sees."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set transaction isolation level repeatable read, read only")
        cursor.execute("set local idle_in_transaction_session_timeout = 0")
        cursor.execute("select pg_export_snapshot()")
        (name,) = cursor.fetchone()
        _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={name}", f"--file={target}")
        yield


def put_back(source: Path) -> None:
    """After: the database holds what the file does, and nothing else."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with closing(sqlite3.connect(source)) as kept:
            kept.backup(connection.connection)
    else:
        with transaction.atomic(), connection.cursor() as cursor:
            for table in connection.introspection.table_names():
                cursor.execute(f"drop table {connection.ops.quote_name(table)} cascade")
        _run("pg_restore", "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error", str(source))
    connection.close()


def _run(program: str, *arguments: str) -> None:
    """One of PostgreSQL's own, on our database. Raises Conflict where it is missing or fails."""
    found, settings = shutil.which(program), connection.settings_dict
    if found is None:
        raise Conflict(
            f"{program} is not on this machine; install PostgreSQL's client programs, of the server's version"
        )
    named = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD"}
    login = {name: str(settings[key]) for name, key in named.items() if settings[key]}
    command = [found, f"--dbname={settings['NAME']}", *arguments]
    done = subprocess.run(command, env={**os.environ, **login}, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Conflict(f"{program} failed: {' '.join(done.stderr.split())[:500]}")
