"""The front of least costs, held against every network of small spaces."""

from __future__ import annotations

import pytest

from nas_engine.budget import Cost
from nas_engine.chance import Chance
from nas_engine.shapes import TaskShape
from nas_engine.spaces import ChainSpace, FirstBlock, Listed, Skeleton, Stage, autospace, chain, front, skeleton_named
from nas_engine.spaces.front import cost_front, undominated

SHAPE = TaskShape(1, 8, 8, 10)
LABELS = ("conv3", "mb3_e2", "mb3_e3", "mb3_e2_se", "mb3_e3_se", "mb5_e2_se", "mb3_e4_se")


def any_space(seed: int) -> ChainSpace:
    """A small space: one to three stages of random widths and strides, two to four operators."""
    chance = Chance(seed)
    stages = tuple(
        Stage(4 + chance.below(12), 1 + chance.below(2), 1 + chance.below(2)) for _ in range(1 + chance.below(3))
    )
    first = FirstBlock("mb3_e1", 6) if chance.below(2) else None
    skeleton = Skeleton(stages, stem=4 + chance.below(8), first=first, head=chance.below(2) * 20)
    return chain(skeleton, tuple(chance.sample(LABELS, 2 + chance.below(3))))


@pytest.mark.parametrize("seed", range(60))
def test_the_front_is_what_no_network_of_the_space_undercuts(seed: int) -> None:
    space = any_space(seed)
    costs = {space.cost(member, SHAPE) for member in space.members()}
    left = {
        cost
        for cost in costs
        if not any(other != cost and other.params <= cost.params and other.madds <= cost.madds for other in costs)
    }
    assert cost_front(space, SHAPE) == tuple(sorted(left))


def test_some_of_these_fronts_are_long_or_the_test_above_says_little() -> None:
    lengths = [len(cost_front(any_space(seed), SHAPE) or ()) for seed in range(60)]
    assert max(lengths) > 4
    assert sum(length > 1 for length in lengths) > 15


def test_the_front_of_cells_is_that_of_their_list() -> None:
    cells = autospace(skeleton_named("tiny"), kernels=(3,), expansion=2)
    listed = ChainSpace(cells.skeleton, tuple(Listed(each.labels) for each in cells.alphabets), cells.reference_label)
    assert cost_front(cells, SHAPE) == cost_front(listed, SHAPE)


def test_the_ends_of_the_front_are_the_exact_bounds() -> None:
    space = chain(skeleton_named("mobile"), ("conv3", "mb3_e4_se"))
    found = cost_front(space, TaskShape(3, 224, 224, 1000))
    assert found is not None
    least, _ = space.cost_bounds(TaskShape(3, 224, 224, 1000))
    assert (found[0].params, found[-1].madds) == (least.params, least.madds)
    assert len(found) > 30


def test_a_front_that_grows_too_long_is_not_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front, "MOST_POINTS", 3)
    space = chain(skeleton_named("mobile"), ("conv3", "mb3_e4_se"))
    assert cost_front.__wrapped__(space, TaskShape(3, 224, 224, 1000)) is None


def test_of_equal_params_the_fewer_madds_stay() -> None:
    assert undominated([Cost(2, 5), Cost(1, 9), Cost(2, 7), Cost(3, 5), Cost(4, 1)]) == [
        Cost(1, 9),
        Cost(2, 5),
        Cost(4, 1),
    ]
