"""Bundles that strangers bring."""

from __future__ import annotations

import io
import json
from typing import Any

from hypothesis import strategies as st

from nas_engine.bundle import Limits, opened
from tests.bundled import bundle, members, repacked
from tests.fuzz.hostile import changed, damaged
from tests.fuzz.target import Target, taken

LIMITS = Limits(packed=2**20, unpacked=2**22, small=2**20, line=2**16, events=500)


def _reads(data: bytes) -> None:
    """Whole, with as many facts as it says, or refused."""

    def read() -> int:
        with opened(io.BytesIO(data), LIMITS) as found:
            assert sum(1 for _ in found.events()) == found.manifest.events
            return found.manifest.events

    taken(read)


def _changed_holds(value: tuple[str, Any]) -> None:
    """One of its documents is another one, with the right checksum."""
    name, document = value
    contents = members(bundle())
    text = json.dumps(document)
    lines = contents["events.jsonl"].splitlines(keepends=True)
    contents[name] = lines[0] + text.encode() + b"\n" + b"".join(lines[2:]) if name == "events.jsonl" else text.encode()
    _reads(repacked(contents, checksums=name != "bundle.json"))


def _documents() -> st.SearchStrategy[tuple[str, Any]]:
    contents = members(bundle())
    whole = {
        name: json.loads(contents[name]) for name in ("bundle.json", "recipe.json", "state.json", "environment.json")
    }
    whole["events.jsonl"] = json.loads(contents["events.jsonl"].splitlines()[1])
    return st.sampled_from(sorted(whole)).flatmap(lambda name: st.tuples(st.just(name), changed((whole[name],))))


TARGETS = (
    Target(
        "bundles",
        "a bundle with harmed bytes is read whole, or refused in a sentence",
        st.deferred(lambda: damaged((bundle(),))),
        _reads,
    ),
    Target(
        "documents of bundles",
        "a bundle whose manifest, recipe, state, environment or a fact was changed is read whole, or refused in a sentence",
        st.deferred(_documents),
        _changed_holds,
    ),
)
