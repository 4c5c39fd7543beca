from __future__ import annotations

import json
from typing import Any

import pytest

from nas_engine.chance import Chance
from nas_engine.errors import InvalidArchitecture
from nas_engine.spaces import (
    ChainSpace,
    Subspace,
    autospace,
    chain,
    nasbench201,
    read_space_document,
    skeleton_named,
    space_document,
)
from nas_engine.spaces.space_document import MOST_GENES, MOST_MEMBERS

TINY = skeleton_named("tiny")
OPERATORS = chain(TINY, ("conv3", "sep3", "skip", "reduce"), "skip")
CELLS = autospace(skeleton_named("digits"), (3, 5), 2)
EVOLVED = CELLS.narrowed(
    {
        group: [f"{genes} e2" for genes in ("3/1,2/1,2 D0 00", "5/3,2/1,5 D1 10", "5/1,2/1,2 D2 00")][: 2 + number % 2]
        for number, group in enumerate(dict.fromkeys(CELLS.skeleton.groups))
    }
)


def shrunk(space: ChainSpace, count: int = 40) -> Subspace:
    chance = Chance(3)
    return Subspace.of(space, {space.sample(chance) for _ in range(count)})


def written(space: ChainSpace | Subspace) -> Any:
    return json.loads(json.dumps(space_document(space)))


@pytest.mark.parametrize(
    "space", [OPERATORS, CELLS, EVOLVED, nasbench201(), shrunk(OPERATORS), shrunk(EVOLVED), shrunk(CELLS)], ids=repr
)
def test_a_document_reads_back_as_the_same_space(space: ChainSpace | Subspace) -> None:
    found = read_space_document(written(space))
    assert found == space
    assert space_document(found) == space_document(space)
    assert found.reference == space.reference


def test_members_are_positions_and_no_label_is_written_twice() -> None:
    space = shrunk(EVOLVED, 60)
    value = written(space)
    text = json.dumps([value["labels"], value["members"]])
    for label in value["labels"]:
        assert text.count(json.dumps(label)) == 1
    assert all(isinstance(gene, int) for genes in value["members"] for gene in genes)
    assert len(value["members"]) == space.size


def test_the_parent_of_a_shrunk_space_travels_with_it() -> None:
    found = read_space_document(written(shrunk(EVOLVED)))
    assert isinstance(found, Subspace)
    assert found.parent == EVOLVED


def test_equal_cells_make_one_space() -> None:
    value = written(EVOLVED)
    assert value["alphabets"][0][0] == "3/1,2/1,2 D0 00 e2"
    value["alphabets"][0][0] = "3/1,2/1,2 D0 11 e2"
    assert read_space_document(value) == EVOLVED


def changed(path: str, new: object, space: ChainSpace | Subspace = OPERATORS) -> Any:
    found = at = written(space)
    *way, last = path.split(".")
    for part in way:
        at = at[int(part) if part.isdigit() else part]
    at[int(last) if last.isdigit() else last] = new
    return found


SHRUNK = shrunk(OPERATORS, 6)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ([], "a space document is a JSON object, got list"),
        (changed("format", "spacewright/architecture"), "got format 'spacewright/architecture' version 1, wanted"),
        (changed("version", 2), "version 2, wanted 'spacewright/space' version 1"),
        (changed("size", 3), "space field 'size': got 3, wanted no such field"),
        (changed("skeleton", "tiny"), "space field 'skeleton': got 'tiny', wanted an object"),
        (changed("skeleton.stem", 0), "space field 'skeleton.stem': got 0"),
        (changed("skeleton.first", {"operator": "conv4", "width": 3}), "'skeleton.first.operator': .*'conv4'"),
        (changed("alphabets", []), "space field 'alphabets': got .*at least 1 item"),
        (changed("alphabets.0", []), "space field 'alphabets.0'"),
        (changed("alphabets.0.1", "sep4"), "space field 'alphabets.0': .* unknown operator 'sep4'"),
        (changed("alphabets.0.1", "skip"), "space field 'alphabets.0': .* skip twice"),
        (changed("alphabets.1.0", "reduce"), "'alphabets.1.0': got 'reduce', wanted an operator that can stand at"),
        (changed("alphabets.1.0", "none"), "space field 'alphabets': .* would cut the chain"),
        (changed("alphabets.1", {"kernels": [4]}), "space field 'alphabets.1': .*wanted odd numbers from 3"),
        (changed("alphabets.1", {"kernels": [3, 5, 7, 9, 11, 13]}), "space field 'alphabets.1.kernels'"),
        (changed("alphabets.1", {"width": 3}), "space field 'alphabets.1.width'"),
        (changed("places", [0, 1]), "space field 'places': got '2 places', wanted 3, one a place"),
        (changed("places.2", 7), "space field 'places.2': got 7, wanted a position in 'alphabets', 0 to 1"),
        (changed("places.2", -1), "space field 'places.2': got -1"),
        (changed("reference", "conv4"), "space field 'reference': .* unknown operator 'conv4'"),
        (changed("reference", "reduce"), "space field 'reference': got 'reduce', wanted an operator .* every place"),
        (changed("labels", ["skip"]), "space field 'labels': .* none where no members are listed"),
        (changed("members.2", [0, 0], SHRUNK), "space field 'members.2': got .* wanted 3 positions in 'labels'"),
        (changed("members.2.1", 99, SHRUNK), "space field 'members.2': got .* wanted 3 positions in 'labels'"),
        (changed("members.2.1", "skip", SHRUNK), "space field 'members.2.1': got 'skip'"),
        (
            changed("members.2", [written(SHRUNK)["labels"].index("reduce")] * 3, SHRUNK),
            "space field 'members.2.1': got 'reduce', wanted one of the options at place 1",
        ),
        (changed("members", [[0, 1, 1]] * (MOST_MEMBERS + 1), SHRUNK), "space field 'members': .* at most 10000 items"),
    ],
)
def test_a_document_that_is_no_space_is_refused_by_its_field(value: object, text: str) -> None:
    with pytest.raises(InvalidArchitecture, match=text):
        read_space_document(value)


def test_a_space_that_no_recipe_could_carry_is_refused() -> None:
    value = written(Subspace.of(OPERATORS, {OPERATORS.architecture(["skip"] * 3)}))
    value["skeleton"]["stages"] = [{"width": 8, "blocks": 26, "stride": 1}]
    value |= {"alphabets": [["skip", "conv3"]], "places": [0] * 26, "members": [[0] * 26] * MOST_MEMBERS}
    with pytest.raises(InvalidArchitecture, match=r"'members': got '10,000 of 26 genes', wanted at most 250,000 genes"):
        read_space_document(value)
    assert MOST_MEMBERS * 25 == MOST_GENES
    value["skeleton"]["stages"], value["places"] = [{"width": 8, "blocks": 25, "stride": 1}], [0] * 25
    value["members"] = [[0] * 25] * MOST_MEMBERS
    assert read_space_document(value).size == 1
