"""What a line that is logged is about: the run, the work, the worker, the request; as far as it is known where it is logged."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType

from webapp.environment import environment

NAMES = ("run", "work", "worker", "request_id")
_about: ContextVar[Mapping[str, str]] = ContextVar("about", default=MappingProxyType({}))


@contextmanager
def about(**names: object) -> Iterator[None]:
    """Whatever is logged within is about these, of NAMES. A thread that is started within has to be given the context."""
    token = _about.set({**_about.get(), **{name: str(value) for name, value in names.items()}})
    try:
        yield
    finally:
        _about.reset(token)


class About(logging.Filter):
    """Notes on each record what it is about."""

    def filter(self, record: logging.LogRecord) -> bool:
        own = {"worker": environment.node} if environment.node else {}
        for name, value in {**own, **_about.get()}.items():
            setattr(record, name, value)
        return True
