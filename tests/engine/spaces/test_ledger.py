"""Ledger: the same figures as building the networks, each worked out once."""

from __future__ import annotations

import pytest

from nas_engine.chance import Chance
from nas_engine.operators import Operator, operator
from nas_engine.shapes import TaskShape
from nas_engine.spaces import autospace, chain, nasbench201, skeleton_named
from nas_engine.spaces.ledger import Ledger, ledger

DIGITS = TaskShape(1, 8, 8, 10)
SPACES = {
    "cells": autospace(skeleton_named("digits"), expansion=3),
    "operators": chain(skeleton_named("small"), ("conv3", "sep5", "mb3_e3_se", "max3")),
    "repeated cell": nasbench201(cells=2, width=4),
}


@pytest.mark.parametrize("name", SPACES)
def test_a_network_costs_what_counting_its_layers_gives(name: str) -> None:
    space, chance = SPACES[name], Chance(0)
    held = ledger(space.skeleton, DIGITS)
    for _ in range(20):
        network = space.sample(chance)
        assert held.network(network.genes) == space.block(network, DIGITS).cost


def test_places_that_stand_alike_share_what_was_worked_out(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    cost = Operator.cost
    monkeypatch.setattr(Operator, "cost", lambda self, site: asked.append(site) or cost(self, site))
    skeleton = skeleton_named("small")
    held, sites = Ledger(skeleton, DIGITS), skeleton.sites(DIGITS)
    for _ in range(2):
        for place, site in enumerate(sites):
            assert held.at(place, "conv3") == cost(operator("conv3"), site)
    assert sorted(map(str, asked)) == sorted(map(str, set(sites)))
    assert len(asked) < len(sites)
