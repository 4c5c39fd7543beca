from __future__ import annotations

from math import prod

import pytest

from nas_engine.architecture import Architecture
from nas_engine.budget import NetworkLimits
from nas_engine.chance import Chance
from nas_engine.errors import Infeasible
from nas_engine.products import Ranking
from nas_engine.shapes import TaskShape
from nas_engine.spaces import ChainSpace, chain, skeleton_named
from nas_engine.trainers import most_probable as module
from nas_engine.trainers.most_probable import most_probable

SHAPE = TaskShape(1, 8, 8, 10)
SPACE = chain(skeleton_named("digits"), ("conv1", "conv3", "conv5", "skip"))  # 1,024 networks


def shares(space: ChainSpace, seed: int = 0) -> list[list[float]]:
    chance = Chance(seed)
    rows = [[chance.uniform() ** 3 for _ in alphabet.labels] for alphabet in space.alphabets]
    return [[share / sum(row) for share in row] for row in rows]


def probability(architecture: Architecture, rows: list[list[float]]) -> float:
    places = zip(SPACE.alphabets, rows, architecture.genes, strict=True)
    return prod(row[alphabet.labels.index(label)] for alphabet, row, label in places)


def found(count: int, limits: NetworkLimits, rows: list[list[float]]) -> Ranking:
    return most_probable(SPACE, limits, SHAPE, rows, count, Chance(0))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("share", [0.05, 0.5, 1.0])
def test_it_finds_exactly_the_most_probable_members_inside(seed: int, share: float) -> None:
    rows = shares(SPACE, seed)
    costs = sorted(SPACE.cost(member, SHAPE).madds for member in SPACE.members())
    limits = NetworkLimits(madds=costs[int(share * len(costs)) - 1])
    inside = [member for member in SPACE.members() if limits.allow(SPACE.cost(member, SHAPE))]
    wanted = sorted(inside, key=lambda member: -probability(member, rows))[:30]
    entries = found(30, limits, rows).entries
    assert [entry.architecture for entry in entries] == wanted
    assert [entry.score for entry in entries] == pytest.approx([probability(m, rows) ** (1 / 5) for m in wanted])
    assert all(entry.cost == SPACE.cost(entry.architecture, SHAPE) for entry in entries)


def test_of_fewer_members_than_asked_for_all_are_ranked() -> None:
    least = min(SPACE.cost(member, SHAPE).madds for member in SPACE.members())
    inside = {member for member in SPACE.members() if SPACE.cost(member, SHAPE).madds == least}
    entries = found(1_000, NetworkLimits(madds=least), shares(SPACE)).entries
    assert {entry.architecture for entry in entries} == inside


def test_members_too_improbable_to_be_come_upon_are_climbed_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_LOOKS", 50)
    rows = [[1e-6 if label in ("conv1", "skip") else 0.5 for label in place.labels] for place in SPACE.alphabets]
    costs = sorted(SPACE.cost(member, SHAPE).madds for member in SPACE.members())
    limits = NetworkLimits(madds=costs[100])
    inside = [member for member in SPACE.members() if limits.allow(SPACE.cost(member, SHAPE))]
    entries = found(10, limits, rows).entries
    assert 1 <= len(entries) <= 10
    assert all(entry.architecture in inside for entry in entries)
    better = sum(probability(member, rows) > probability(entries[0].architecture, rows) for member in inside)
    assert better < 0.1 * len(inside)


def test_where_nothing_is_inside_it_says_so() -> None:
    with pytest.raises(Infeasible, match="no network within"):
        found(3, NetworkLimits(madds=1), shares(SPACE))
