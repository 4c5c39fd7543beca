"""`convert`: a space or network between our documents and the JSON that AutoSpace's authors released."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from typing import Any

from nas_engine.commandline.files import read_json
from nas_engine.errors import InvalidArchitecture
from nas_engine.spaces import (
    ReleasedSpace,
    Subspace,
    read_released_network,
    read_space_document,
    released_network,
    skeleton_named,
    space_document,
)
from nas_engine.spaces.document import FORMAT, document, read_document
from nas_engine.spaces.released import SPACE_NAME
from nas_engine.spaces.released_network import NETWORK_NAME
from nas_engine.spaces.space_document import SPACE_FORMAT
from nas_engine.wire import Plain, write_atomically


def command(chosen: argparse.Namespace) -> int:
    """What the file holds decides: ours becomes theirs, theirs ours. Raises InvalidArchitecture, naming the field."""
    value = read_json(chosen.file)
    forms: dict[str, Callable[[Any, argparse.Namespace], Plain]] = {
        SPACE_FORMAT: _to_released_space,
        FORMAT: _to_released_network,
        SPACE_NAME: _from_released_space,
        NETWORK_NAME: _from_released_network,
    }
    named = (value.get("format"), value.get("name")) if isinstance(value, dict) else ()
    known = [forms[name] for name in named if isinstance(name, str) and name in forms]
    if not known:
        raise InvalidArchitecture(
            f"{chosen.file}: wanted an object with 'format' {SPACE_FORMAT} or {FORMAT}, or with 'name' {SPACE_NAME}"
            f" or {NETWORK_NAME}"
        )
    text = json.dumps(known[0](value, chosen), indent=2) + "\n"
    if chosen.out is None:
        print(text, end="")
    else:
        write_atomically(chosen.out, text.encode())
    return 0


def _to_released_space(value: object, _: argparse.Namespace) -> Plain:
    space = read_space_document(value)
    if isinstance(space, Subspace):
        raise InvalidArchitecture(
            "members: the released form has no list of members; it holds the evolved space that this one was cut from"
        )
    return ReleasedSpace.of(space).plain()


def _to_released_network(value: object, chosen: argparse.Namespace) -> Plain:
    return released_network(*read_document(value, chosen.skeleton))


def _from_released_space(value: object, chosen: argparse.Namespace) -> Plain:
    skeleton = skeleton_named(chosen.skeleton or "mobile")
    return space_document(ReleasedSpace.read(value).space(skeleton, chosen.expansion))


def _from_released_network(value: object, chosen: argparse.Namespace) -> Plain:
    return document(*read_released_network(value, chosen.side))
