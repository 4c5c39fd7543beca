"""Whether Redis answers, and keeps what it is given."""

from __future__ import annotations

from collections.abc import Iterator

import redis

from webapp.doctor.finding import Finding
from webapp.environment import environment
from webapp.launch.broker import embedded_address
from webapp.launch.checks import check_broker
from webapp.launch.refusal import CannotStart

WANTED = "noeviction"


def broker() -> Iterator[Finding]:
    """It answers, and never throws messages away to make room."""
    address = _address()
    if address is None:
        yield Finding(
            "no Redis is named in REDIS_URL, and none was started here",
            "start the studio with `make run`, or name a Redis in REDIS_URL",
        )
        return
    try:
        check_broker(address)
    except CannotStart as error:
        yield Finding.of(error)
        return
    with redis.Redis.from_url(address, socket_connect_timeout=5, socket_timeout=5) as client:
        policy = client.info("memory").get("maxmemory_policy", WANTED)
    if policy != WANTED:
        yield Finding(
            f"Redis may throw messages away when its memory is full: its maxmemory-policy is {policy}, and {WANTED} is wanted",
            f"`redis-cli config set maxmemory-policy {WANTED}`, and the same line in its redis.conf",
        )


def _address() -> str | None:
    """The one that is named; else the embedded one of a studio that runs on this VAR_DIR."""
    if "redis_url" in environment.model_fields_set:
        return environment.redis_url
    return embedded_address(environment.var_dir)
