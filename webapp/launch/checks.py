"""What has to be so before anything is started. Each says in one sentence what is wrong, and the cure."""

from __future__ import annotations

import os
import socket
from pathlib import Path

from webapp.launch.refusal import CannotStart

LEAST_FREE = 500_000_000  # bytes: a few checkpoints, and room for the database to breathe


def check_folder(folder: Path) -> None:
    """Raises CannotStart for a folder that cannot be written to, or a disk that is nearly full."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        space = os.statvfs(folder)
    except OSError as error:
        raise CannotStart(f"VAR_DIR is {folder}, which cannot be used ({_why(error)}); name another folder.") from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise CannotStart(
            f"VAR_DIR is {folder}, which this user may not write to; change its owner or name another folder."
        )
    free = space.f_bavail * space.f_frsize
    if free < LEAST_FREE:
        raise CannotStart(
            f"The disk of VAR_DIR ({folder}) has {free // 1_000_000} MB free and {LEAST_FREE // 1_000_000} MB are wanted;"
            " make room there, or name a folder on another disk with VAR_DIR."
        )


def check_port(host: str, port: int) -> None:
    """Raises CannotStart for an address that cannot be served."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
    except socket.gaierror:
        raise CannotStart(
            f"HOST is {host!r}, which is no address of this machine; leave it out, or name one as in HOST=0.0.0.0."
        ) from None
    except OSError as error:
        raise CannotStart(
            f"The pages cannot be served at {host}, port {port} ({_why(error)});"
            f" end what holds it, or choose another port as in make run PORT={port + 1 if port < 65535 else 8000}."
        ) from None


def check_database() -> None:
    """Raises CannotStart for a database that cannot be opened. Before: Django is set up."""
    from django.db import Error, connection

    try:
        connection.ensure_connection()
        with connection.cursor() as cursor:
            cursor.execute("select 1")
    except Error as error:
        settings = connection.settings_dict
        where = (
            f"the file {settings['NAME']}"
            if connection.vendor == "sqlite"
            else f"{settings['NAME']!r} on {settings['HOST'] or 'this machine'}, port {settings['PORT'] or 5432}"
        )
        said = " ".join(str(error).split())
        raise CannotStart(
            f"The database, {where}, cannot be reached ({said}); start it or put its address right in DATABASE_URL."
        ) from None
    finally:
        connection.close()


def check_tables() -> None:
    """Raises CannotStart for a database without ours. Before: Django is set up."""
    from django.db import connection

    if "runs_work" not in connection.introspection.table_names():
        raise CannotStart(
            "The database has no tables of Spacewright yet; name the one that make run uses in DATABASE_URL,"
            " or run manage.py migrate."
        )


def check_broker(url: str) -> None:
    """Raises CannotStart for a Redis that does not answer."""
    import redis

    try:
        with redis.Redis.from_url(url, socket_connect_timeout=5, socket_timeout=5) as client:
            client.ping()
    except (redis.RedisError, ValueError, OSError) as error:
        where = url.rpartition("@")[2].removeprefix("redis://")  # no password
        raise CannotStart(
            f"Redis at {where} does not answer ({' '.join(str(error).split())});"
            " start it or put its address right in REDIS_URL."
        ) from None


def _why(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
