"""A bundle read, as a stranger's file: every name, size, count and checksum is looked at before anything is believed."""

from __future__ import annotations

import hashlib
import json
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

from nas_engine.bundle.format import (
    ENVIRONMENT,
    EVENTS,
    FORMAT,
    MANIFEST,
    MEMBERS,
    RECIPE,
    STATE,
    VERSION,
    Manifest,
    Surroundings,
    Written,
)
from nas_engine.bundle.limits import Limits
from nas_engine.data.tree import BROKEN as TREE_BROKEN
from nas_engine.data.tree import ENCRYPTED
from nas_engine.errors import NasError, StateMismatch, brief, shown
from nas_engine.events import Event
from nas_engine.recipe import Recipe, recipe
from nas_engine.run import history_digest
from nas_engine.wire import Plain, read

BLOCK = 1 << 16
ZIP = b"PK\x03\x04"
LONG = (EVENTS, "metrics/evaluations.csv", "metrics/curves.csv")  # read a piece at a time
MOST_ENVIRONMENTS = 100
BROKEN = (*TREE_BROKEN, EOFError, OSError, zlib.error)


class BadBundle(NasError, ValueError):
    """A file that is no bundle, or one that is harmed, too large or of another version."""


@dataclass(frozen=True)
class Bundle:
    """A bundle that was looked through and is whole. Good as long as `opened` is."""

    manifest: Manifest
    plan: Recipe
    state: Plain | None
    environments: tuple[Surroundings, ...]
    _events: BinaryIO
    _places: dict[str, int]  # where each event begins, by its key

    def events(self) -> Iterator[Written]:
        """All facts, in order."""
        at = 0
        while True:
            self._events.seek(at)  # somebody may look one up meanwhile
            line = self._events.readline()
            if not line:
                return
            at += len(line)
            yield _event(line)

    def find(self, key: str) -> Written | None:
        """The fact with this key."""
        if key not in self._places:
            return None
        self._events.seek(self._places[key])
        return _event(self._events.readline())

    def __contains__(self, key: object) -> bool:
        return key in self._places


def is_bundle(path: Path) -> bool:
    """Whether a file looks like one, as far as its first bytes say."""
    try:
        with path.open("rb") as file:
            return file.read(len(ZIP)) == ZIP
    except OSError:
        return False


@contextmanager
def opened(source: Path | IO[bytes], limits: Limits | None = None) -> Iterator[Bundle]:
    """A bundle, from a file or a stream that can be sought in.

    Raises BadBundle for what is none, and what `recipe` raises for its recipe.
    """
    name = source.name if isinstance(source, Path) else "the file"
    with tempfile.TemporaryFile(prefix="spacewright-bundle-") as room:
        try:
            with zipfile.ZipFile(source) as packed:
                found = _Reader(packed, limits or Limits(), name).read(room)
        except FileNotFoundError as error:
            raise BadBundle(f"cannot read {name}: {error.strerror}") from error
        except BROKEN as error:
            if isinstance(error, NasError):
                raise
            raise BadBundle(f"{name} is not a whole bundle ({brief(error)}); export or copy it again") from error
        yield found


class _Reader:
    """Reads one archive, and counts what comes out of it."""

    def __init__(self, packed: zipfile.ZipFile, limits: Limits, name: str) -> None:
        self._packed, self._limits, self._name = packed, limits, name
        self._out = 0
        self._size = self._entries_are_right()

    def read(self, room: BinaryIO) -> Bundle:
        manifest = self._manifest()
        plan = recipe(self._json(RECIPE, manifest))
        state = self._json(STATE, manifest)
        if state is not None and not isinstance(state, dict):
            raise self._bad(f"{STATE} holds {shown(state)}, wanted an object or null")
        environments = self._environments(manifest)
        places = self._events(manifest, room)
        for name in MEMBERS:
            if name not in (RECIPE, STATE, ENVIRONMENT, EVENTS):
                for _ in self._checked(name, manifest):
                    pass  # for people and other programs; only that it is whole matters here
        bundle = Bundle(manifest, plan, state, environments, room, places)
        self._digest_is_right(bundle)
        return bundle

    # the archive

    def _entries_are_right(self) -> int:
        """Exactly the members that there are, none of them strange; bytes that they say they take packed."""
        entries = self._packed.infolist()
        names = [entry.filename for entry in entries]
        wanted = {MANIFEST, *MEMBERS}
        if MANIFEST not in names:
            raise self._bad(f"it has no {MANIFEST}; a bundle is what a study's page or `study export --bundle` gives")
        if set(names) - wanted:
            raise self._bad(f"it holds {min(set(names) - wanted)[:80]!r}, which no bundle of version {VERSION} has")
        if missing := wanted - set(names):
            raise self._bad(f"it lacks {min(missing)}")
        if len(names) != len(wanted):
            raise self._bad("it holds a member twice")
        for entry in entries:
            if entry.flag_bits & ENCRYPTED or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise self._bad(f"{entry.filename} is locked or packed by a rare method")
            most = self._limits.recipe if entry.filename == RECIPE else self._limits.small
            if entry.filename not in LONG and entry.file_size > most:
                raise self._bad(f"{entry.filename} is larger than {most:,} bytes")
        size = sum(entry.compress_size for entry in entries)
        if size > self._limits.packed:
            raise self._bad(f"it is larger than {self._limits.packed:,} bytes")
        if sum(entry.file_size for entry in entries) > self._limits.unpacked:
            raise self._bad(f"it unpacks to more than {self._limits.unpacked:,} bytes")
        return max(size, 1)

    def _parts(self, name: str) -> Iterator[bytes]:
        """The bytes of a member, as far as the limits allow."""
        with self._packed.open(name) as member:
            while part := member.read(BLOCK):
                self._out += len(part)
                if self._out > self._limits.unpacked:
                    raise self._bad(f"it unpacks to more than {self._limits.unpacked:,} bytes")
                if self._out > self._limits.free and self._out > self._limits.ratio * self._size:
                    raise self._bad(f"it unpacks to more than {self._limits.ratio} times its size")
                yield part

    def _checked(self, name: str, manifest: Manifest) -> Iterator[bytes]:
        """The same, of a member that must be what the manifest says."""
        wanted, hashed, size = manifest.members[name], hashlib.sha256(), 0
        for part in self._parts(name):
            hashed.update(part)
            size += len(part)
            yield part
        if (size, hashed.hexdigest()) != (wanted.size, wanted.sha256):
            raise self._bad(f"{name} is not what {MANIFEST} says: its checksum differs; export or copy it again")

    # the members

    def _manifest(self) -> Manifest:
        found = self._plain(MANIFEST, b"".join(self._parts(MANIFEST)))
        if not isinstance(found, dict) or found.get("format") != FORMAT:
            raise self._bad(f"{MANIFEST} does not say 'format': {FORMAT!r}")
        if found.get("version") != VERSION:
            raise self._bad(
                f"it is of version {shown(found.get('version'))}, and this Spacewright reads version {VERSION};"
                " update this one, or export it again from one that is alike"
            )
        try:
            manifest = read(Manifest, found)
        except (StateMismatch, ValueError) as error:
            raise self._bad(f"{MANIFEST}: {error}"[:400]) from error
        if not (manifest.name + manifest.spacewright).isprintable():
            raise self._bad(f"{MANIFEST}: its name or version holds control characters")
        if set(manifest.members) != set(MEMBERS):
            raise self._bad(f"{MANIFEST} tells of other members than there are")
        return manifest

    def _json(self, name: str, manifest: Manifest) -> object:
        return self._plain(name, b"".join(self._checked(name, manifest)))

    def _plain(self, name: str, data: bytes) -> object:
        try:
            found: object = json.loads(data.decode("utf-8"), parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            raise self._bad(f"{name} is not JSON ({type(error).__name__})") from error
        return found

    def _environments(self, manifest: Manifest) -> tuple[Surroundings, ...]:
        found = self._json(ENVIRONMENT, manifest)
        right = isinstance(found, list) and len(found) <= MOST_ENVIRONMENTS
        if not right or not isinstance(found, list) or not all(_are_texts(one) for one in found):
            raise self._bad(f"{ENVIRONMENT} holds {shown(found)}, wanted a list of objects of short texts")
        return tuple(found)

    def _events(self, manifest: Manifest, room: BinaryIO) -> dict[str, int]:
        """Lay the events down, and where each begins."""
        for part in self._checked(EVENTS, manifest):
            room.write(part)
        room.seek(0)
        places: dict[str, int] = {}
        at = 0
        while line := room.readline(self._limits.line + 1):
            number = len(places) + 1
            if len(line) > self._limits.line or number > self._limits.events or not line.endswith(b"\n"):
                raise self._bad(
                    f"event {number} is too long, cut off or one too many ({self._limits.events:,} are read)"
                )
            try:
                one = _event(line)
            except (StateMismatch, ValueError, RecursionError) as error:
                raise self._bad(f"event {number}: {error}"[:400]) from error
            if one.seq != number or one.event.key in places:
                raise self._bad(f"event {number} has number {one.seq} or a key that was there before")
            places[one.event.key] = at
            at += len(line)
        if len(places) != manifest.events:
            raise self._bad(f"it holds {len(places):,} events, {MANIFEST} says {manifest.events:,}")
        return places

    def _digest_is_right(self, bundle: Bundle) -> None:
        found = (one.event for key in sorted(bundle._places) if (one := bundle.find(key)) is not None)
        try:
            digest = history_digest(found, bundle.state, ordered=True)
        except (ValueError, RecursionError) as error:
            raise self._bad(f"its history has no digest ({type(error).__name__})") from error
        if digest != bundle.manifest.history_digest:
            raise self._bad(f"its history digest is {digest}, {MANIFEST} says {bundle.manifest.history_digest}")

    def _bad(self, what: str) -> BadBundle:
        return BadBundle(f"{self._name} is no bundle that can be used: {what}")


def _event(line: bytes) -> Written:
    """Raises StateMismatch and ValueError."""
    value = json.loads(line.decode("utf-8"), parse_constant=_no_constant)
    if not isinstance(value, dict) or not isinstance(value.get("seq"), int) or not isinstance(value.get("at", ""), str):
        raise StateMismatch("wanted an object with seq, key, kind and payload")
    return Written(
        value["seq"], Event.read({name: value.get(name) for name in ("key", "kind", "payload")}), value.get("at", "")
    )


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no number of JSON")


def _are_texts(value: object) -> bool:
    return (
        isinstance(value, dict)
        and len(value) <= 40
        and all(isinstance(text, str) and _is_short(name) and _is_short(text) for name, text in value.items())
    )


def _is_short(text: str) -> bool:
    return len(text) <= 200 and text.isprintable()
