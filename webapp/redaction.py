"""What a log line may hold: no secret, and no character that would end it and begin another, whoever wrote it.

Every record is cleaned where it is made, so that it does not matter which logger, handler or formatter it goes through: a library's
too. A formatter finds the trace in `exc_text`; what it takes from elsewhere it cleans by `clean`.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from textwrap import indent
from types import TracebackType
from typing import Any
from urllib.parse import unquote, urlsplit

HIDDEN = "***"
SHORTEST = 4  # characters of a secret that is looked for by itself; a shorter one would be found in any word

_TOKEN = re.compile(r"spacewright_[\w-]{8,}")
_IN_ADDRESS = re.compile(r"(\w+://[^\s/@:]*:)[^\s@]+(?=@)")  # of redis://user:password@host
_OF_LOG_IN = re.compile(r"\b(bearer|basic)\s+[\w.~+/=-]{8,}", re.IGNORECASE)
_OF_RESET = re.compile(r"(/password/new/[\w-]+/)[\w-]+")
_NAMED = re.compile(
    r"""(["']?\b\w*(?:passwor[dt]\w*|passwd|secret\w*|api_?key|token|authorization|cookie|sessionid|__Host-\w+)["']?\s*[=:]\s*)"""
    r"""("[^"]*"|'[^']*'|[^\s,;&)}\]]+)""",
    re.IGNORECASE,
)
_CONTROL = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]"
)  # line ends, terminals' and text directions

_known: set[str] = set()
_plain_record = logging.getLogRecordFactory()


def clean(text: str) -> str:
    """One line without secrets."""
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), redacted(text))


def redacted(text: str) -> str:
    """The text without secrets, as many lines as it has."""
    for secret in _known:
        text = text.replace(secret, HIDDEN)
    text = _TOKEN.sub(f"spacewright_{HIDDEN}", text)
    text = _IN_ADDRESS.sub(rf"\1{HIDDEN}", text)
    text = _OF_LOG_IN.sub(rf"\1 {HIDDEN}", text)
    text = _OF_RESET.sub(rf"\1{HIDDEN}", text)
    return _NAMED.sub(rf"\1{HIDDEN}", text)


def hide(secrets: Iterable[str]) -> None:
    """After: these are never logged, wherever they stand; of an address, its password."""
    for secret in secrets:
        found = _password_in(secret) if "://" in secret else secret
        _known.update(one for one in (found, unquote(found)) if len(one) >= SHORTEST)


def clean_records() -> None:
    """After: every record of this process is clean from the start."""
    logging.setLogRecordFactory(_clean_record)


def _password_in(address: str) -> str:
    try:
        return urlsplit(address).password or ""
    except ValueError:  # it is none: all of it, rather than a part too little
        return address


def _clean_record(*args: Any, **kwargs: Any) -> logging.LogRecord:
    record = _plain_record(*args, **kwargs)
    if record.msg:
        record.msg, record.args = clean(_message(record)), ()
    if record.exc_info and record.exc_info[0] is not None:
        record.exc_text, record.exc_info = _trace(record.exc_info), None
    if record.stack_info:
        record.stack_info = indent(redacted(record.stack_info), "  ")
    return record


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception as error:  # noqa: BLE001 - a line whose parts do not fit is no reason to stop what it tells of
        return f"{record.msg!r} with {record.args!r}, which do not fit: {error!r}"


def _trace(
    error: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None],
) -> str:
    """Its lines are pushed in, so that none of them looks like a line of the log."""
    lines = redacted(logging.Formatter().formatException(error)).splitlines()
    return indent("\n".join(map(clean, lines)), "  ")
