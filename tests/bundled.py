"""A bundle of a made-up run, and bundles that were tampered with."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from nas_engine.bundle import Recorded, Surroundings, Written, blocks
from nas_engine.events import Event
from nas_engine.recipe import recipe
from nas_engine.run import history_digest
from nas_engine.wire import Plain, plain
from tests.engine.driven import SEARCH_ONLY, driven

HERE: Surroundings = {"torch": "2.4.0", "threads": "1", "device": "cpu"}


class MadeUp:
    """A run whose answers are made up: what it found, as a bundle is written from and held against."""

    def __init__(self, seed: int = 3, cycles: int = 12) -> None:
        search: dict[str, Any] = SEARCH_ONLY["pipeline"][0]
        strategy = {**search["strategy"], "cycles": cycles}
        self.plan = recipe({**SEARCH_ONLY, "seed": seed, "pipeline": [{**search, "strategy": strategy}]})
        state, self.facts, _ = driven(self.plan)
        self._state = plain(state)

    def events(self) -> Iterator[Written]:
        return (Written(number, event) for number, event in enumerate(self.facts, 1))

    def find(self, key: str) -> Written | None:
        return next((one for one in self.events() if one.event.key == key), None)

    def state(self) -> Plain | None:
        return self._state

    def history_digest(self) -> str:
        return history_digest(self.facts, self._state)

    def change(self, number: int, **payload: Any) -> None:
        """Make one fact say something else."""
        told: Any = self.facts[number].plain()
        self.facts[number] = Event.read({**told, "payload": {**told["payload"], **payload}})

    def recorded(self, **more: Any) -> Recorded:
        plain_run: dict[str, Any] = {
            "name": "search only",
            "recipe": self.plan.plain,
            "state": self._state,
            "status": "finished",
            "reason": "",
            "slots": 1,
            "events": self.events,
            "environments": (HERE,),
        }
        return Recorded(**{**plain_run, **more})


@cache
def bundle() -> bytes:
    """Of a made-up run."""
    return b"".join(blocks(MadeUp().recorded()))


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def repacked(contents: Mapping[str, bytes], *, checksums: bool = True, **manifest: Any) -> bytes:
    """A zip of these members; `checksums`: with those that they have now. `manifest`: fields of it that are changed."""
    contents = dict(contents)
    if "bundle.json" in contents and (checksums or manifest):
        told = json.loads(contents["bundle.json"])
        if checksums:
            told["members"] = {
                name: {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
                for name, data in contents.items()
                if name != "bundle.json"
            }
        contents["bundle.json"] = json.dumps({**told, **manifest}).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in contents.items():
            packed.writestr(name, data)
    return out.getvalue()
