"""Hostile values: good documents and files, changed in a few places. Few draws an example, so that thousands are cheap."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from hypothesis import strategies as st

Path = tuple[str | int, ...]

WORDS = ("", " ", "kind", "none", "skip", "..", "a\nb", "\x00", "é\u202e", "NaN", "1e999", "-1", "x" * 3000)
NUMBERS = (0, 1, -1, 2, 3, 7, 255, 2**31, 2**62, 2**63, 10**30, -0.0, 0.5, 1e-300, 1e300, float("nan"), float("inf"))
NESTS: tuple[Any, ...] = ([], {}, [[]], [{}], {"": None}, {"kind": "x"}, [0] * 40, ["skip"] * 9)
NOTHING = (None, True, False)
SCALARS = st.one_of(
    st.sampled_from((*WORDS, *NUMBERS, *NOTHING)), st.integers(-300, 70_000), st.floats(), st.text(max_size=12)
)
VALUES = st.one_of(SCALARS, st.sampled_from(NESTS).map(lambda value: json.loads(json.dumps(value))))
CHANGES = ("put", "put", "put", "remove", "rename", "double", "swap", "wrap")


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    """The way to every value within, the whole among them."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, item in items:
        yield from places(item, (*path, name))


@st.composite
def changed(draw: st.DrawFn, documents: Sequence[Any], most: int = 3) -> Any:
    """One of the documents, changed in up to `most` places."""
    value = json.loads(json.dumps(draw(st.sampled_from(documents))))
    for _ in range(draw(st.integers(0, most))):
        ways = list(places(value))
        *way, last = draw(st.sampled_from(ways)) or (None,)
        if last is None:
            if draw(st.integers(0, 9)) == 0:  # nothing is left of the document
                return draw(VALUES)
            continue
        holder = value
        for part in way:
            holder = holder[part]
        _change(draw, value, holder, last, ways)
    return value


def _change(draw: st.DrawFn, whole: Any, holder: Any, place: str | int, ways: list[Path]) -> None:
    change = draw(st.sampled_from(CHANGES))
    if change == "remove":
        del holder[place]
    elif change == "rename" and isinstance(holder, dict):
        holder[draw(st.sampled_from(WORDS))] = holder.pop(place)
    elif change == "double" and isinstance(holder, list):
        holder.append(json.loads(json.dumps(holder[int(place)])))
    elif change == "swap":
        other: Any = whole
        for part in draw(st.sampled_from(ways)):
            other = other[part]
        holder[place] = json.loads(json.dumps(other))
    elif change == "wrap":
        holder[place] = [holder[place]]
    else:
        holder[place] = draw(VALUES)


@st.composite
def damaged(draw: st.DrawFn, samples: Sequence[bytes], most: int = 4) -> bytes:
    """One of the samples with up to `most` damages: bytes changed, cut off, put in, zeroed, repeated."""
    data = bytearray(draw(st.sampled_from(samples)))
    for _ in range(draw(st.integers(0, most))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        damage = draw(st.sampled_from(("byte", "byte", "byte", "cut", "put", "zero", "repeat")))
        if damage == "byte" and data:
            data[at] = draw(st.integers(0, 255))
        elif damage == "cut":
            del data[at:]
        elif damage == "put":
            data[at:at] = draw(st.binary(max_size=9))
        elif damage == "zero":
            data[at : at + 8] = bytes(8)
        elif damage == "repeat":
            data[at:at] = data[at : at + 40]
    return bytes(data)
