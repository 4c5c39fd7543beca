"""The one way to declare a task, and the one way to send one."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial, wraps
from typing import Any

from django.db import transaction

from webapp.celery import app

log = logging.getLogger(__name__)


def task(name: str) -> Callable[[Callable[[str], None]], Any]:
    """Declare a task of one id: acknowledged late, back in the queue when its worker is lost, without a result.

    A task loads nothing and decides nothing: it calls one service, which finds the row as it is. What that raises is logged here:
    Celery would hand the error, pickled, to the worker's main process.
    """

    def declared(service: Callable[[str], None]) -> Any:
        @wraps(service)
        def logged(identity: str) -> None:
            try:
                service(identity)
            except Exception:
                log.exception("%s(%s)", name, identity)

        return app.task(name=name, acks_late=True, reject_on_worker_lost=True, ignore_result=True)(logged)

    return declared


def send_on_commit(name: str, identity: object) -> None:
    """Send a hint once the transaction is committed. A broker that is down costs nothing: the sweeper sends again."""
    transaction.on_commit(partial(_send, name, str(identity)), robust=True)


def _send(name: str, identity: str) -> None:
    try:
        app.send_task(name, [identity], retry=False)
    except Exception as error:  # noqa: BLE001 - whatever the broker has: the row is saved, the sweeper sends again
        log.warning("could not send %s(%s): %s", name, identity, error)


def messages_waiting(queue: str) -> int:
    """How many messages of a queue no worker has taken; 0 where the broker does not say, or has no such queue."""
    return _counted(queue)


def _counted(queue: str) -> int:
    try:
        with app.connection_or_acquire() as connection:
            return int(connection.default_channel.queue_declare(queue, passive=True).message_count)
    except Exception:  # noqa: BLE001 - whatever the broker has; that it is away is said by who sends
        return 0
