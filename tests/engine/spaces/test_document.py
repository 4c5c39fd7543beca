from __future__ import annotations

import json
from pathlib import Path

import pytest

from nas_engine.budget import Cost
from nas_engine.chance import Chance
from nas_engine.components import checked
from nas_engine.errors import InvalidArchitecture
from nas_engine.operators import Declared
from nas_engine.shapes import TaskShape
from nas_engine.spaces import autospace, chain, skeleton_named
from nas_engine.spaces.document import document, read_document
from tests.engine.operators.declared_samples import RESIDUAL

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"

SHAPE = TaskShape(1, 8, 8, 10)
OPERATORS = chain(skeleton_named("tiny"), ("conv3", "sep3", "skip"))
NETWORK = OPERATORS.architecture(["sep3", "skip", "conv3"])
DOCUMENT = json.loads(json.dumps(document(OPERATORS, NETWORK, SHAPE)))


def test_a_document_reads_back_as_the_same_network() -> None:
    space, architecture, shape = read_document(DOCUMENT)
    assert architecture == NETWORK
    assert architecture.key == NETWORK.key == DOCUMENT["key"]
    assert shape == SHAPE
    assert space.block(architecture, shape) == OPERATORS.block(NETWORK, SHAPE)
    assert list(space.members()) == [architecture]


def test_a_document_states_the_network_s_cost() -> None:
    cost = OPERATORS.cost(NETWORK, SHAPE)
    assert DOCUMENT["cost"] == {"params": cost.params, "madds": cost.madds}


def test_a_cell_s_document_reads_back_too() -> None:
    cells = autospace(skeleton_named("digits"), expansion=3)
    architecture = cells.sample(Chance(0))
    assert read_document(document(cells, architecture, SHAPE))[1] == architecture


def test_equal_cells_make_one_architecture() -> None:
    read = [read_document(DOCUMENT | {"genes": [f"3/1,2/1,2 D2 {mix} e6"] * 3})[1] for mix in ("00", "10", "11")]
    assert len({architecture.key for architecture in read}) == 1


def test_a_document_holds_declared_operators_whole() -> None:
    own = checked(Declared, {"nodes": RESIDUAL})
    space = chain(skeleton_named("tiny"), ("conv3", own.label))
    architecture = space.architecture([own.label, "conv3", own.label])
    read, again, shape = read_document(json.loads(json.dumps(document(space, architecture, SHAPE))))
    assert again == architecture
    assert read.block(again, shape) == space.block(architecture, SHAPE)


def test_a_skeleton_may_be_named() -> None:
    assert read_document(DOCUMENT | {"skeleton": "tiny"})[1] == NETWORK
    with pytest.raises(InvalidArchitecture, match="genes: got 3, wanted 5"):
        read_document(DOCUMENT, skeleton="digits")


def test_the_example_is_the_released_network() -> None:
    space, architecture, shape = read_document(json.loads((EXAMPLES / "autospace_340m.json").read_text()))
    assert space.cost(architecture, shape) == Cost(4_312_944, 336_659_520)


def skeleton(**changes: object) -> dict[str, object]:
    return {"skeleton": DOCUMENT["skeleton"] | changes}


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"format": "onnx"}, "got format 'onnx' version 1, wanted 'spacewright/architecture' version 1"),
        ({"version": 2}, "version 2, wanted"),
        ({"genes": "conv3"}, "genes: got 'conv3', wanted a list of operator labels"),
        ({"genes": [1, 2, 3]}, "genes: got .*, wanted a list of operator labels"),
        ({"genes": []}, "genes: got 0, wanted 3, one a place"),
        ({"genes": ["conv3"] * 4}, "genes: got 4, wanted 3, one a place"),
        ({"genes": ["conv3", "sep4", "conv3"]}, "genes.1: unknown operator 'sep4'"),
        ({"genes": ["1/1,2/1,2 D2 00 e6", "conv3", "conv3"]}, "genes.0: AutoSpace cell gene e10: got 1"),
        ({"genes": ["conv3", "conv3", "reduce"]}, "genes.2: operator reduce cannot stand"),
        ({"genes": ["none", "conv3", "conv3"]}, "genes: place 0: operator 'none' would cut the chain"),
        ({"input": None}, "architecture field 'input': got None, wanted an object"),
        ({"input": {"channels": 1, "height": 8, "width": 8}}, "architecture field 'input.classes': got None"),
        (
            {"input": {"channels": 1, "height": 0, "width": 8, "classes": 10}},
            "architecture field 'input.height': got 0",
        ),
        ({"skeleton": "huge"}, "skeleton: unknown skeleton 'huge'"),
        ({"skeleton": None}, "architecture field 'skeleton': got None, wanted an object"),
        (skeleton(stem=0), "architecture field 'skeleton.stem': got 0"),
        (skeleton(depth=3), "architecture field 'skeleton.depth': got 3, wanted no such field; the fields are stages"),
        (skeleton(stem=float("nan")), "architecture field 'skeleton.stem': got nan, wanted a finite number"),
        (skeleton(first={"operator": "conv4", "width": 3}), "skeleton.first.operator: unknown operator 'conv4'"),
        (skeleton(first={"operator": "reduce", "width": 3}), "skeleton.first.operator: operator reduce cannot stand"),
    ],
)
def test_a_document_that_is_no_network_is_refused_by_its_field(change: dict[str, object], text: str) -> None:
    with pytest.raises(InvalidArchitecture, match=text):
        read_document(DOCUMENT | change)


@pytest.mark.parametrize("value", [None, [], "conv3", 3])
def test_what_is_no_object_is_no_document(value: object) -> None:
    with pytest.raises(InvalidArchitecture, match=f"a JSON object, got {type(value).__name__}"):
        read_document(value)


@pytest.mark.parametrize("change", [{"format": "x" * 9_000}, {"genes": [0] * 9_000}, {"genes": ["x" * 9_000] * 3}])
def test_a_refusal_quotes_no_more_than_a_line_of_what_it_got(change: dict[str, object]) -> None:
    with pytest.raises(InvalidArchitecture) as refusal:
        read_document(DOCUMENT | change)
    assert len(str(refusal.value)) < 500
