"""A Celery worker for each device of this machine, and one that decides."""

from __future__ import annotations

import socket
import sys

from webapp.environment import ROOT, Environment
from webapp.launch.child import Child
from webapp.launch.devices import Device, devices
from webapp.launch.lock import Held
from webapp.launch.log import Log, say
from webapp.launch.refusal import CannotStart
from webapp.launch.supervisor import Supervisor
from webapp.launch.watchdog import SHORT, SLOTS, watch

DEVICE = "device"
CELERY = (sys.executable, "-m", "celery", "--quiet", "-A", "webapp", "worker", "--without-gossip", "--without-mingle")


def command(queue: str, label: str) -> list[str]:
    """How a worker is started: with one child, so that a new child means that the one before is dead."""
    return [*CELERY, "--pool", "prefork", "-c", str(SLOTS), "-Q", queue, "-n", f"{label}@%h", "-l", "warning"]


def node(label: str) -> str:
    """The name that a worker's Work is held under."""
    return f"{socket.gethostname()}/{label}"


def queues_of(environment: Environment) -> dict[Device, str]:
    """The queue of each worker of this machine. Raises CannotStart."""
    wanted = {word.strip() for word in environment.queues.split(",")}
    if not wanted or wanted - {SHORT, DEVICE}:
        raise CannotStart(
            f"QUEUES is {environment.queues!r}; name {SHORT}, {DEVICE}, or both as in QUEUES=short,device."
        )
    decides = {Device(SHORT): SHORT} if SHORT in wanted else {}
    return decides | dict.fromkeys(devices(environment.devices) if DEVICE in wanted else [], DEVICE)


class Workers:
    """Children that run Celery, and the sole right to their names."""

    def __init__(self, environment: Environment) -> None:
        """Raises CannotStart for a device or queue that is none, and where another launcher has one of the names."""
        self._environment = environment
        self._queues = queues_of(environment)
        self.nodes = [node(device.label) for device in self._queues]
        self._children: list[Child] = []
        self._held = [
            Held(environment.var_dir, name, f"A worker {name} already runs on this VAR_DIR ({{by}}); stop it first.")
            for name in self.nodes
        ]

    def children(self, broker: str) -> list[Child]:
        """To be started, and watched."""
        self._children = [self._child(device, queue, broker) for device, queue in self._queues.items()]
        return self._children

    def watch(self, supervisor: Supervisor) -> None:
        """Start again those that take nothing."""
        names = dict(zip(self.nodes, (child.name for child in self._children), strict=True))

        def up() -> dict[str, float]:
            return {child.variables["NODE"]: child.started for child in self._children if child.up}

        def restart(found: str) -> None:
            say(f"{names[found]} takes nothing though there is work: it is started again")
            supervisor.restart(names[found])

        watch(self._environment.watchdog_seconds, up, restart)

    def _child(self, device: Device, queue: str, broker: str) -> Child:
        environment, name = self._environment, f"worker-{device.label}"
        variables = {**device.variables, "NODE": node(device.label), "REDIS_URL": broker}
        log = Log(environment.var_dir / "log", name)
        return Child(name, command(queue, device.label), variables, log, ROOT, environment.grace_seconds)
