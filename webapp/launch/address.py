"""Where the pages are found."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from webapp.environment import Environment

EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # addresses to listen at, and to be found at


def address(environment: Environment) -> str:
    """Where a browser on this machine finds the pages."""
    host = EVERYWHERE.get(environment.host, environment.host)
    return f"http://{f'[{host}]' if ':' in host else host}:{environment.port}/"
