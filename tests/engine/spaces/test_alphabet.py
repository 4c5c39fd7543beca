from __future__ import annotations

from collections import deque

import pytest

from nas_engine.chance import Chance
from nas_engine.errors import InvalidArchitecture, UnknownComponent
from nas_engine.operators import CellGenotype
from nas_engine.spaces import Cells, Listed

# ------------------------------------------------------------------------------------------------------------ listed


def test_options_of_a_list_are_all_one_edit_apart() -> None:
    listed = Listed(("conv1", "conv3", "skip"))
    assert list(listed.neighbours("conv3")) == ["conv1", "skip"]
    assert [listed.distance("conv3", label) for label in listed.labels] == [1, 0, 1]
    assert listed.size == 3


def test_a_list_holds_its_options_and_nothing_else() -> None:
    listed = Listed(("conv1", "skip"))
    assert "skip" in listed
    assert "conv3" not in listed


@pytest.mark.parametrize(
    ("labels", "error", "text"),
    [
        (("conv3", "sep4"), UnknownComponent, "sep4"),
        (("conv3", "conv3"), InvalidArchitecture, "conv3 twice"),
        ((), InvalidArchitecture, "at least one operator"),
    ],
)
def test_a_list_that_is_no_operator_set_is_refused(labels: tuple[str, ...], error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        Listed(labels)


# ------------------------------------------------------------------------------------------------------------- cells


@pytest.mark.parametrize(
    ("cells", "size"),
    [
        (Cells(), 3969),
        (Cells(mixing=False), 1296),
        (Cells(kernels=(3,)), 2**3 * 3 * 5**2),
        (Cells(kernels=(3, 5, 7)), 4**3 * 3 * 9**2),
    ],
)
def test_there_are_as_many_cells_as_distinct_functions(cells: Cells, size: int) -> None:
    assert cells.size == len(set(cells.labels)) == size


def test_a_cell_is_in_the_alphabet_exactly_if_its_label_is_listed() -> None:
    cells, other = Cells(kernels=(3,), expansion=2), Cells(kernels=(3, 5), expansion=2)
    assert all(label in cells for label in cells.labels)
    assert {label for label in other.labels if label in cells} == set(cells.labels)


@pytest.mark.parametrize(
    "label",
    [
        "3/1,2/1,2 D2 10 e6",  # a dead mix bit that is not 0
        "3/1,2/1,2 D2 00 e3",  # another expansion
        "7/1,2/1,2 D2 00 e6",  # another kernel
        "1/1,2/1,2 D2 00 e6",  # no cell at all
        "conv3",
        "",
    ],
)
def test_what_is_no_cell_of_the_alphabet_is_not_in_it(label: str) -> None:
    assert label not in Cells()


def test_without_mixing_no_cell_mixes() -> None:
    adding = Cells(mixing=False)
    assert "3/3,2/1,2 D2 00 e6" in adding
    assert "3/3,2/1,2 D2 10 e6" not in adding


def test_equal_cells_have_one_label() -> None:
    cells = Cells()
    assert cells.label(CellGenotype(3, 1, 2, 1, 2, 2, 1, 1)) == cells.label(CellGenotype(3, 1, 2, 1, 2, 2, 0, 0))
    assert cells.genotype("3/3,2/1,2 D1 10 e6") == CellGenotype(3, 3, 2, 1, 2, 1, 1, 0)


def test_distance_is_the_least_number_of_edits() -> None:
    cells, chance = Cells(kernels=(3,), expansion=2), Chance(0)
    around = {label: list(cells.neighbours(label)) for label in cells.labels}
    for start in chance.sample(cells.labels, 8):
        steps, edge = {start: 0}, deque([start])
        while edge:
            here = edge.popleft()
            new = [label for label in around[here] if label not in steps]
            steps |= dict.fromkeys(new, steps[here] + 1)
            edge += new
        assert steps == {label: cells.distance(start, label) for label in cells.labels}


def test_neighbours_come_in_one_order() -> None:
    around = list(Cells().neighbours("5/1,2/1,2 D2 00 e6"))
    genotypes = [Cells().genotype(label) for label in around]
    assert genotypes == sorted(genotypes)
    assert 16 <= len(around) <= 20


def test_a_label_of_another_operator_has_no_genotype() -> None:
    with pytest.raises(InvalidArchitecture, match="got operator 'conv3', wanted an AutoSpace cell"):
        Cells().genotype("conv3")


@pytest.mark.parametrize("kernels", [(3, 4), (2,), (1, 3), (3, 3)])
def test_kernels_that_no_cell_has_are_refused(kernels: tuple[int, ...]) -> None:
    with pytest.raises(InvalidArchitecture, match=rf"got {', '.join(map(str, kernels))}, wanted odd numbers from 3"):
        Cells(kernels)
