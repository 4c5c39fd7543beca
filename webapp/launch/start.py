"""What both launchers do round their own work: settings, signals, one sentence where it cannot be, nothing left behind."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from webapp.launch.checks import check_database, check_folder
from webapp.launch.log import say
from webapp.launch.refusal import CannotStart
from webapp.launch.supervisor import Supervisor

if TYPE_CHECKING:
    from webapp.environment import Environment


def started(run: Callable[[Environment, Supervisor], None]) -> int:
    """The exit code of a launcher. `run` is called with Django set up, VAR_DIR usable and the database open."""
    supervisor = Supervisor()
    supervisor.listen()
    try:
        environment = _environment()
        check_folder(environment.var_dir)
        _set_up()
        check_database()
        run(environment, supervisor)
    except CannotStart as error:
        if not supervisor.stopping:
            print(error, file=sys.stderr, flush=True)
            return 1
    finally:
        supervisor.stop()
    say("Stopped.")
    return 0


def _environment() -> Environment:
    """The settings. They are read when their module is imported, so that is done here."""
    from pydantic import ValidationError

    try:
        from webapp.environment import environment
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(map(str, one['loc'])).upper()} is {one['input']!r}: {one['msg']}" for one in error.errors()
        )
        raise CannotStart(f"The environment cannot be used: {wrong}; docs/running.md lists what may be set.") from None
    os.environ["VAR_DIR"] = str(environment.var_dir.resolve())  # children have another working folder
    return environment


def _set_up() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")
    os.environ.setdefault("PGCONNECT_TIMEOUT", "10")  # seconds; without it a silent host is waited for for minutes
    try:
        django.setup()
    except ValueError:  # dj_database_url's, which may quote a password
        raise CannotStart(
            "DATABASE_URL is no address of a database; write postgres://user:password@host:5432/name or"
            " sqlite:////folder/file."
        ) from None
