from __future__ import annotations

import pytest

from nas_engine.errors import InvalidArchitecture, UnknownComponent
from nas_engine.operators import EXAMPLES, OPERATORS, Convolution, Identity, InvertedResidual, operator, operator_set

LABELS = (
    *("skip", "none", "conv1", "conv11", "sep3", "sep11", "dil3", "dil9", "max3", "avg3", "reduce"),
    *("mb3_e1", "mb11_e12", "mb5_e3_se"),
    *("5/1,2/1,2 D2 00 e6", "2/2,2/2,2 D0 11 e1", "101/1,2/1,2 D1 01 e12"),
)


def test_a_label_gives_its_operator() -> None:
    assert operator("mb5_e3_se") == InvertedResidual(5, 3, squeeze_excite=True)


@pytest.mark.parametrize("label", LABELS)
def test_a_label_is_read_by_one_kind_only(label: str) -> None:
    assert len([kind for kind in OPERATORS if kind.read(label) is not None]) == 1


@pytest.mark.parametrize("label", [*LABELS, *EXAMPLES])
def test_a_label_is_the_label_of_what_it_gives(label: str) -> None:
    assert operator(label).label == label


def test_every_kind_is_among_the_examples_that_an_error_shows() -> None:
    assert {type(operator(label)) for label in EXAMPLES} == set(OPERATORS)


def test_no_two_kinds_share_a_name() -> None:
    assert len({kind.kind for kind in OPERATORS}) == len(OPERATORS)


@pytest.mark.parametrize(
    "label", ["", "Skip", "conv2", "conv3 ", " conv3", "mb3_e06", "mb3_e0", "mb3_e\u0663", "conv3\n"]
)
def test_an_unknown_label_is_refused_with_examples(label: str) -> None:
    with pytest.raises(UnknownComponent) as refusal:
        operator(label)
    assert repr(label) in str(refusal.value)
    assert "mb3_e6" in str(refusal.value)


@pytest.mark.parametrize(
    "label", ["05/1,2/1,2 D2 00 e6", "5/1,2/1,2 D2 00 e06", "5/1,2/1,2 D2 00 e0", "5/1,2/1,2 D2 00"]
)
def test_a_cell_in_another_spelling_is_refused(label: str) -> None:
    with pytest.raises((UnknownComponent, InvalidArchitecture)):
        operator(label)


def test_a_cell_with_an_illegal_gene_is_refused_by_the_gene_s_name() -> None:
    with pytest.raises(InvalidArchitecture, match="gene e10: got 1"):
        operator("1/1,2/1,2 D2 00 e6")


def test_labels_in_order_give_an_operator_set() -> None:
    assert list(operator_set(["conv3", "skip"])) == [Convolution(3), Identity()]
    assert operator_set(("conv3", "skip")).labels == ("conv3", "skip")


def test_a_set_with_an_unknown_label_is_refused() -> None:
    with pytest.raises(UnknownComponent, match="conv4"):
        operator_set(("conv3", "conv4"))
