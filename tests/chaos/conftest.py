"""The fixtures of the web half's tests: a queue that can be looked into, and small runs."""

from tests.webapp.conftest import files, messages, quick_passwords, run, study

__all__ = ["files", "messages", "quick_passwords", "run", "study"]
