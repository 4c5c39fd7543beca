"""Networks and spaces that people bring: labels, keys, documents, the forms of AutoSpace's authors."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from nas_engine.chance import Chance
from nas_engine.operators import EXAMPLES, operator
from nas_engine.saved import read_saved
from nas_engine.shapes import TaskShape
from nas_engine.spaces import (
    ChainSpace,
    FirstBlock,
    ReleasedSpace,
    Skeleton,
    Stage,
    Subspace,
    autospace,
    chain,
    nasbench201,
    read_released_network,
    read_space_document,
    released_network,
    skeleton_named,
    space,
    space_document,
)
from nas_engine.spaces.document import document, read_document
from tests.fuzz.hostile import changed
from tests.fuzz.target import Target, taken

SHAPE = TaskShape(1, 8, 8, 10)
LABELS = ("3/1,2/1,2 D0 00 e2", "5/1,2/1,3 D2 00 e2", "5/1,2/1,2 D2 00 e2")
CELLS = autospace(skeleton_named("tiny"), expansion=2)
EVOLVED = CELLS.narrowed(dict.fromkeys(CELLS.skeleton.groups, LABELS))
CHAIN = chain(skeleton_named("tiny"), ("mb3_e2", "sep3", "skip"), None)
SMALL_SPACES: tuple[ChainSpace | Subspace, ...] = (
    CHAIN,
    EVOLVED,
    Subspace.of(EVOLVED, {EVOLVED.architecture([LABELS[0], label, LABELS[1]]) for label in LABELS}),
)


def _as_json(value: Any) -> Any:
    return json.loads(json.dumps(value))


# labels

_ALPHABET = "0123456789/, DemskipnocvrdlatughbxR-_\n\u0663\u00b2"
_LABELS = st.one_of(
    st.tuples(st.sampled_from((*EXAMPLES, *LABELS)), st.integers(0, 20), st.sampled_from(_ALPHABET)).map(
        lambda drawn: drawn[0][: drawn[1]] + drawn[2] + drawn[0][drawn[1] + 1 :]
    ),
    st.builds("{}{}_e{}".format, st.sampled_from(("mb", "conv", "sep", "dil", "max")), st.integers(), st.integers()),
    st.text(_ALPHABET, max_size=24),
    st.text(max_size=9),
)


def _label_holds(label: str) -> None:
    found = taken(lambda: operator(label))
    if found is None:
        return
    assert found.label == label
    assert operator(found.label) == found
    assert found.canonical.canonical == found.canonical
    one = taken(lambda: chain(skeleton_named("tiny"), (label, "mb3_e2"), "mb3_e2"))
    if one is not None:
        network = one.sample(Chance(len(label)))
        assert network in one
        assert one.architecture(network.genes).key == network.key


# documents


def _network_holds(value: Any) -> None:
    found = taken(lambda: read_document(value))
    if found is None:
        return
    held, network, shape = found
    assert network in held
    written = _as_json(document(held, network, shape))
    again = read_document(written)
    assert again == found
    assert again[1].key == network.key
    assert _as_json(document(*again)) == written


def _space_holds(value: Any) -> None:
    found = taken(lambda: read_space_document(value))
    if found is None:
        return
    written = _as_json(space_document(found))
    assert read_space_document(written) == found
    assert space(_as_json(found.plain())) == found
    assert found.sample(Chance(0)) in found
    saved, figures = read_saved(value)
    assert _as_json(saved) == written
    assert figures.size == found.size >= 1


def _released_holds(value: Any) -> None:
    found = taken(lambda: ReleasedSpace.read(value))
    if found is not None:
        assert _as_json(found.plain()) == value
        held = taken(lambda: found.space(skeleton_named("tiny"), 2))
        assert held is None or ReleasedSpace.of(held).space(skeleton_named("tiny"), 2) == held


def _released_network_holds(value: Any) -> None:
    found = taken(lambda: read_released_network(value, side=8))
    if found is None:
        return
    written = _as_json(released_network(*found))
    assert read_released_network(written, side=8) == found


_NETWORKS = tuple(
    document(held, held.sample(Chance(number)), SHAPE)
    for number, held in enumerate((CHAIN, EVOLVED, nasbench201(1, 4)))
)
_SPACES = tuple(space_document(one) for one in (*SMALL_SPACES, CELLS, nasbench201(1, 4)))
_RELEASED = (ReleasedSpace.of(EVOLVED).plain(),)
_BLOCKS = chain(
    Skeleton((Stage(6, 2, 1), Stage(12, 1, 2)), stem=4, first=FirstBlock("mb3_e1", 6)),
    ("mb5_e2_se", "mb3_e2", "3/1,2/1,2 D0 00 e2", "skip"),
)
_RELEASED_NETWORKS = tuple(
    _as_json(released_network(_BLOCKS, _BLOCKS.architecture(genes), SHAPE))
    for genes in (["skip", "mb5_e2_se", "3/1,2/1,2 D0 00 e2"], ["mb3_e2", "mb3_e2", "mb5_e2_se"])
)

TARGETS = (
    Target(
        "labels",
        "a label is refused, or names an operator that says the same label; a network of a space has one key",
        _LABELS,
        _label_holds,
    ),
    Target(
        "architecture documents",
        "a network's document is refused with its field, or read: its key and its document stay the same",
        changed(_NETWORKS),
        _network_holds,
    ),
    Target(
        "space documents",
        "a space's document is refused with its field, or read: documents, figures and stored form stay the same",
        changed(_SPACES),
        _space_holds,
    ),
    Target(
        "released spaces",
        "a space as AutoSpace's authors release it is refused with its place, or read and written to the same",
        changed(_RELEASED),
        _released_holds,
    ),
    Target(
        "released networks",
        "a network as they release it is refused with its field, or read and written to one that reads the same",
        changed(_RELEASED_NETWORKS),
        _released_network_holds,
    ),
)
