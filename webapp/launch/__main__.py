"""`make run`: everything on one machine."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from webapp.launch.address import EVERYWHERE, address
from webapp.launch.broker import answers, start_broker
from webapp.launch.checks import check_broker, check_port
from webapp.launch.lock import Held
from webapp.launch.log import Log, say
from webapp.launch.refusal import CannotStart
from webapp.launch.start import started

if TYPE_CHECKING:
    from webapp.environment import Environment
    from webapp.launch.child import Child
    from webapp.launch.supervisor import Supervisor


def run(environment: Environment, supervisor: Supervisor) -> None:
    """Until a signal comes. Raises CannotStart."""
    from webapp.launch.workers import Workers  # needs Django

    taken = f"Spacewright already runs on VAR_DIR {environment.var_dir} ({{by}}); stop it, or name another folder."
    held = Held(environment.var_dir, "launch", taken)
    check_port(environment.host, environment.port)
    workers = Workers(environment)
    broker = _broker(environment, supervisor)
    _migrate()
    _first_login(environment)
    if supervisor.stopping:
        return
    supervisor.start([*_pages(environment, broker), *workers.children(broker)])
    workers.watch(supervisor)
    supervisor.run(_Announcement(environment))
    held.release()


def _broker(environment: Environment, supervisor: Supervisor) -> str:
    """The address of a Redis that answers: the one that is named, or an embedded one."""
    if "redis_url" in environment.model_fields_set:
        check_broker(environment.redis_url)
        return environment.redis_url
    return start_broker(supervisor, environment.var_dir.resolve(), environment.grace_seconds)


def _migrate() -> None:
    from django.core.management import call_command
    from django.db import Error

    try:
        call_command("migrate", interactive=False, verbosity=0)
    except Error as error:
        said = " ".join(str(error).split())
        raise CannotStart(
            f"The tables of the database could not be brought up to date ({said});"
            " see that its user may make tables and its disk has room, then start again."
        ) from None


def _first_login(environment: Environment) -> None:
    """Said once, and kept nowhere."""
    from webapp.accounts.services.first_login import first_login

    login = first_login()
    if login is not None:
        say("The first login. It is shown this once; only digests of it are kept:")
        say(f"    address   {address(environment)}")
        say(f"    e-mail    {login.email}")
        say(f"    password  {login.password}")
        say(f"    token     {login.token}")


def _pages(environment: Environment, broker: str) -> list[Child]:
    """The web server and the sweeper."""
    from webapp.environment import ROOT
    from webapp.launch.child import Child

    server = [sys.executable, "-m", "uvicorn", "webapp.asgi:application", "--lifespan", "off", "--log-level", "warning"]
    server += ["--no-server-header"]
    server += ["--host", environment.host, "--port", str(environment.port), "--timeout-graceful-shutdown", "5"]
    sweeper = [sys.executable, "manage.py", "sweep"]
    return [
        Child(
            name,
            command,
            {"REDIS_URL": broker},
            Log(environment.var_dir / "log", name),
            ROOT,
            environment.grace_seconds,
        )
        for name, command in (("web", server), ("sweeper", sweeper))
    ]


class _Announcement:
    """The address, said when somebody answers there."""

    def __init__(self, environment: Environment) -> None:
        self._environment, self._said = environment, False

    def __call__(self) -> None:
        environment = self._environment
        if not self._said and answers(EVERYWHERE.get(environment.host, environment.host), environment.port):
            self._said = True
            say(f"Spacewright is at {address(environment)} (Ctrl-C stops it)")


if __name__ == "__main__":
    sys.exit(started(run))
