from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from nas_engine.components import checked
from nas_engine.errors import InvalidRecipe
from nas_engine.operators import Declaration, labels_by_name, operator
from tests.engine.operators.declared_samples import BARE, BY, SAMPLES, declaration


def read(name: str) -> Declaration:
    return checked(Declaration, declaration(name))


@pytest.mark.parametrize("name", SAMPLES)
def test_what_it_declares_is_read_from_the_label_alone(name: str) -> None:
    made = read(name).operator
    assert operator(made.label) == made


def test_the_name_is_no_part_of_the_operator() -> None:
    one, other = (checked(Declaration, declaration(name, BARE)) for name in ("mine", "yours"))
    assert one.operator == other.operator
    assert one.operator.label == other.operator.label


@pytest.mark.parametrize("name", ["", "Mine", "1st", "a b", "a.b", "a" * 33, "ü", "a\n"])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(InvalidRecipe, match="wanted a lower-case letter") as refusal:
        checked(Declaration, declaration(name, BARE))
    assert refusal.value.field == "name"


@pytest.mark.parametrize("name", ["skip", "none", "conv3", "mb3_e6_se"])
def test_a_name_that_a_built_in_operator_has_is_refused(name: str) -> None:
    with pytest.raises(InvalidRecipe, match="a built-in operator has this one"):
        checked(Declaration, declaration(name, BARE))


Change = Callable[[list[dict[str, Any]]], object]


@pytest.mark.parametrize(
    ("change", "field", "wanted"),
    [
        (lambda nodes: nodes[3].update(kernel=4), "nodes.3.kernel", "3, 5, 7, 9 or 11"),
        (lambda nodes: nodes[3].update(kernel="5"), "nodes.3.kernel", "3, 5, 7, 9 or 11"),
        (lambda nodes: nodes[3].update(dilation=5), "nodes.3.dilation", "1, 2, 3 or 4"),
        (lambda nodes: nodes[3].update(stride="no"), "nodes.3.stride", "a valid boolean"),
        (lambda nodes: nodes[0].update(width="in*40"), "nodes.0.width", "in or out, the channels of the place"),
        (lambda nodes: nodes[0].update(width=16), "nodes.0.width", "a valid string"),
        (lambda nodes: nodes[0].update(groups=3), "nodes.0.groups", "1, 2, 4, 8 or 16"),
        (lambda nodes: nodes[0].update(colour="red"), "nodes.0.colour", "no such field; the fields are"),
        (lambda nodes: nodes[0].update(kind="attack"), "nodes.0.kind", "one of conv, depthwise"),
        (lambda nodes: nodes[6].update(reduction=1), "nodes.6.reduction", "greater than or equal to 2"),
        (lambda nodes: nodes[2].update(function="tanh"), "nodes.2.function", "'relu', 'relu6'"),
        (lambda nodes: nodes[2].update(name="no name"), "nodes.2.name", "a lower-case letter"),
        (lambda nodes: nodes.extend([{"kind": "norm"}] * 6), "nodes", "at most 16 items"),
        (lambda nodes: nodes.clear(), "nodes", "at least 1 item"),
        (lambda nodes: nodes.insert(0, 7), "nodes.0", "an object with a 'kind'"),
    ],
)
def test_an_error_names_the_field_what_was_got_and_what_was_wanted(change: Change, field: str, wanted: str) -> None:
    given = deepcopy(declaration("residual"))
    change(given["nodes"])
    with pytest.raises(InvalidRecipe, match=wanted) as refusal:
        checked(Declaration, given)
    assert refusal.value.field == field


def test_names_lead_to_labels() -> None:
    assert labels_by_name([read("bare"), read("by")]) == {"bare": "[avg5:s]", "by": "[skip]"}


@pytest.mark.parametrize(
    ("second", "field", "wanted"),
    [
        (declaration("one", BY), "declared.1.name", "each name once"),
        (declaration("two", BARE), "declared.1.nodes", "each operator once: it is one already"),
    ],
)
def test_a_name_or_an_operator_that_comes_twice_is_refused(second: dict[str, Any], field: str, wanted: str) -> None:
    with pytest.raises(InvalidRecipe, match=wanted) as refusal:
        labels_by_name([checked(Declaration, one) for one in (declaration("one", BARE), second)])
    assert refusal.value.field == field
