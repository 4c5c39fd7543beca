"""The same people and run as of what is shared."""

from __future__ import annotations

from tests.webapp.sharing.conftest import editor, key, run, team, viewer

__all__ = ["editor", "key", "run", "team", "viewer"]
