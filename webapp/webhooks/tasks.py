"""Tasks: call one service, return. A receiver that is slow holds no decision up: requests are made aside."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from django.db import connection

from webapp.queueing import task
from webapp.webhooks.services.deliver import deliver

log = logging.getLogger(__name__)
AT_ONCE = 8


@task("webhooks.deliver")
def deliver_task(delivery: str) -> None:
    """Before: a delivery that is due. After: it will be tried, unless this process ends: then the sweeper asks again."""
    _pool().submit(_deliver, delivery)


@cache
def _pool() -> ThreadPoolExecutor:
    """Of this process, made after the fork."""
    return ThreadPoolExecutor(AT_ONCE, thread_name_prefix="webhook")


def _deliver(delivery: str) -> None:
    try:
        deliver(delivery)
    except Exception:
        log.exception("webhooks.deliver(%s)", delivery)
    finally:
        connection.close()
