"""Runs on one machine, without queue or server."""

from nas_engine.local.again import export_again
from nas_engine.local.journal import Held, Journal, JournalHistory
from nas_engine.local.loop import LocalContext, Watcher, last_state, run_locally

__all__ = [
    "Held",
    "Journal",
    "JournalHistory",
    "LocalContext",
    "Watcher",
    "export_again",
    "last_state",
    "run_locally",
]
