"""Reading and writing the authors' learned spaces; the genotypes are those that the specification prints."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nas_engine.errors import InvalidArchitecture
from nas_engine.operators import CellAlphabet, CellGenotype
from nas_engine.spaces import SKELETONS, Cells, ChainSpace, Listed, autospace, chain, nasbench201
from nas_engine.spaces.released import CHAINS, MOST_CELLS, ReleasedSpace

PRINTED = tuple(  # the distinct cells of the released network
    map(
        CellGenotype.read,
        (
            "7/5,2/5,5 D1 10",
            "2/5,2/2,2 D2 10",
            "5/5,2/5,5 D2 00",
            "2/5,5/2,5 D1 00",
            "7/5,2/2,5 D2 00",
            "7/5,2/5,2 D2 00",
            "9/1,2/1,2 D2 00",
            "5/1,2/1,2 D2 00",
        ),
    )
)
DEAD = CellGenotype.read("5/1,5/3,5 D0 10")  # the released space holds one cell with a bit that does nothing
RELEASED = ReleasedSpace(  # as released: 11 layers of six cells and the three chains
    tuple((*(PRINTED[(layer + slot) % 7] for slot in range(5)), DEAD, *CHAINS) for layer in range(11))
)
MOBILE = SKELETONS["mobile"]


def released() -> Any:
    return json.loads(json.dumps(RELEASED.plain()))


def test_check_05_a_released_space_reads_and_writes_to_the_same_json() -> None:
    assert ReleasedSpace.read(released()) == RELEASED
    assert [len(layer) for layer in RELEASED.layers] == [9] * 11
    first = released()["blocks"][0]
    assert first[0] == [[0, 0, 0, 1], [7, 0, 0, [1, 0]], [5, 2, 0, 0], [1, 5, 5, 0]]
    assert first[-1] == [[0, 0, 0, 2], [5, 0, 0, [0, 0]], [1, 2, 0, 0], [1, 1, 2, 0]]


def test_check_05_every_legal_cell_comes_back_raw_forms_included() -> None:
    raw = list(CellAlphabet().raw())
    layers = tuple(tuple(raw[start : start + MOST_CELLS]) for start in range(0, len(raw), MOST_CELLS))
    assert sum(map(len, layers)) == 5_184
    assert ReleasedSpace.read(json.loads(json.dumps(ReleasedSpace(layers).plain()))).layers == layers


def test_a_layer_is_what_the_blocks_of_a_layer_group_choose_from() -> None:
    space = RELEASED.space()
    assert space.skeleton == MOBILE
    groups = tuple(dict.fromkeys(MOBILE.groups))
    assert len(groups) == 11
    for group, alphabet in zip(MOBILE.groups, space.alphabets, strict=True):
        cells = RELEASED.layers[groups.index(group)]
        assert alphabet.labels == tuple(f"{cell.canonical.text} e6" for cell in cells)


def test_a_space_without_repeats_and_dead_bits_comes_back_through_the_space_it_makes() -> None:
    plain = ReleasedSpace(tuple(tuple(cell.canonical for cell in layer) for layer in RELEASED.layers))
    assert plain != RELEASED
    assert ReleasedSpace.of(plain.space(expansion=3)) == plain
    assert ReleasedSpace.of(RELEASED.space()) == plain


def test_a_cell_that_comes_twice_stands_once() -> None:
    twice = ReleasedSpace(tuple((*cells, PRINTED[0], DEAD.canonical) for cells in RELEASED.layers))
    assert [alphabet.size for alphabet in twice.space().alphabets] == [
        len({*cells, PRINTED[0]}) for cells in (RELEASED.layers[i] for i in _layer_of_each_place())
    ]


def _layer_of_each_place() -> list[int]:
    groups = tuple(dict.fromkeys(MOBILE.groups))
    return [groups.index(group) for group in MOBILE.groups]


def test_the_reference_is_the_cell_that_ends_every_layer() -> None:
    assert RELEASED.space(expansion=3).reference_label == "5/1,2/1,2 D2 00 e3"
    ending = ReleasedSpace(tuple((*cells, PRINTED[2]) for cells in RELEASED.layers))
    assert ending.space().reference_label == "5/5,2/5,5 D2 00 e6"
    mixed = ReleasedSpace((RELEASED.layers[0][:1], *RELEASED.layers[1:]))
    assert mixed.space().reference_label == "5/1,2/1,2 D2 00 e6"


def test_an_evolved_space_of_any_skeleton_can_be_written() -> None:
    groups = dict.fromkeys(SKELETONS["digits"].groups)
    options = {group: [f"{PRINTED[i].text} e2", "5/1,2/1,2 D2 00 e2"] for i, group in enumerate(groups)}
    evolved = autospace(SKELETONS["digits"], (5, 7), expansion=2).narrowed(options)
    assert ReleasedSpace.of(evolved).space(SKELETONS["digits"], 2) == evolved


def test_a_skeleton_with_another_number_of_layer_groups_is_refused() -> None:
    with pytest.raises(InvalidArchitecture, match=r"got 11 layers, wanted 5, one a layer group .*stage 1 first"):
        RELEASED.space(SKELETONS["digits"])


def changed(path: str, value: object) -> Any:
    found = at = released()
    *way, last = path.split(".")
    for part in way:
        at = at[int(part) if part.isdigit() else part]
    at[int(last) if last.isdigit() else last] = value
    return found


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ([], "released space: wanted a JSON object with the name 'SuperProxylessNASNets'"),
        ({"name": "ProxylessNASNets"}, "wanted a JSON object with the name"),
        (changed("bn", {}), "field 'bn' is not known; wanted name and blocks"),
        (changed("blocks", {}), "blocks: wanted a list of layers"),
        (changed("blocks", []), "blocks: wanted a list of layers"),
        (changed("blocks.3", []), "blocks.3: got 0 cells, wanted a list of 1 to 64 cells"),
        (changed("blocks.3", [CHAINS[0].matrix()] * 65), "blocks.3: got 65 cells"),
        (changed("blocks.3", "cells"), "blocks.3: got str"),
        (changed("blocks.3.5", 7), r"blocks\.3\.5: got int, wanted a 4x4 matrix"),
        (changed("blocks.3.5", [[0]]), r"blocks\.3\.5: AutoSpace cell matrix: got \[\[0\]\], wanted the released 4x4"),
        (changed("blocks.3.5.1.0", 4), r"blocks\.3\.5: AutoSpace cell gene e10: got 4"),
        (changed("blocks.3.5.0.3", 3), r"blocks\.3\.5: AutoSpace cell gene d: got 3, wanted 0, 1 or 2"),
        (changed("blocks.10.8.3.0", 2), r"blocks\.10\.8: AutoSpace cell matrix: .* e30 = 1"),
        (changed("blocks.0.0.1.3", [1, 0, 0]), r"blocks\.0\.0: AutoSpace cell matrix"),
    ],
)
def test_what_is_no_released_space_is_refused_by_its_entry(value: object, text: str) -> None:
    with pytest.raises(InvalidArchitecture, match=text):
        ReleasedSpace.read(value)


def _differing() -> ChainSpace:
    """The blocks of 'stage 2 rest' choose from different lists."""
    alphabets = list(RELEASED.space().alphabets)
    alphabets[6] = Listed(("5/1,2/1,2 D2 00 e6",))
    return ChainSpace(MOBILE, tuple(alphabets), "5/1,2/1,2 D2 00 e6")


def _expansions() -> ChainSpace:
    lists = (Listed(("5/1,2/1,2 D2 00 e6",)), Listed(("5/1,2/1,2 D2 00 e3",)))
    return ChainSpace(SKELETONS["tiny"], (lists[0], lists[1], lists[1]), "skip")


@pytest.mark.parametrize(
    ("space", "text"),
    [
        (nasbench201(), "this space repeats one cell"),
        (autospace(MOBILE), "stage 1 first: 3,969 options; .* evolve the space first"),
        (chain(MOBILE, ("mb3_e6", "mb5_e3")), "stage 1 first: operator 'mb3_e6'; .* AutoSpace cells only"),
        (_differing(), "stage 2 rest: its blocks have different options"),
        (_expansions(), "cells with expansions 3 and 6"),
        (ChainSpace(SKELETONS["tiny"], (Cells((3,), 6, False),) * 3, "skip"), "options; .* evolve the space first"),
    ],
)
def test_a_space_that_the_form_cannot_hold_is_refused(space: ChainSpace, text: str) -> None:
    with pytest.raises(InvalidArchitecture, match=text):
        ReleasedSpace.of(space)
