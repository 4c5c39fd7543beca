"""Whether Redis answers. Without it no new Work is handed out and nothing is pushed; rows are as good as ever."""

from __future__ import annotations

import redis

from webapp.environment import environment

SECONDS = 1.0  # one that takes longer is as good as away


def redis_answers() -> bool:
    """Ask it, on a connection of its own."""
    try:
        address = environment.redis_url
        with redis.Redis.from_url(address, socket_connect_timeout=SECONDS, socket_timeout=SECONDS) as client:
            return bool(client.ping())
    except (redis.RedisError, ValueError, OSError):
        return False
