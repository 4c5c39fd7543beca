"""The model card: it says what the network is, what it costs and how it compares."""

from dataclasses import replace

import pytest

from nas_engine.budget import Cost
from nas_engine.evidence import RankCorrelation
from nas_engine.exporters import Exporter, ModelCard, TrainedNetwork
from nas_engine.products import Comparison, Control, Rival
from nas_engine.shapes import TaskShape
from nas_engine.spaces import autospace, skeleton_named
from nas_engine.tasks import Preprocessing
from nas_engine.testing import ExporterContract

SPACE, SHAPE = autospace(skeleton_named("tiny"), expansion=2), TaskShape(1, 8, 8, 2)
COMPARISON = Comparison((0, 1), (0.9, 0.8), (0.7, 0.75), Cost(10, 200), Cost(11, 190), 0.125, 0.05, 0.2, "better")


class TestModelCard(ExporterContract):
    @pytest.fixture
    def exporter(self) -> Exporter:
        return ModelCard()

    @pytest.fixture
    def network(self, networks: dict[str, TrainedNetwork]) -> TrainedNetwork:
        return networks["photos"]


RIVAL = Rival((0, 1), (0.85, 0.84), Cost(9, 180), 0.005, -0.04, 0.05, "not distinguishable")
CONTROL = Control(None, 17, 8, RankCorrelation(0.5, 0.1, 0.9, 8), None, RankCorrelation(-0.25, -0.5, 0.1, 17), None)


def card(comparison: Comparison | None, control: Control | None = None) -> str:
    how = Preprocessing(8, 8, (4.5,), (6.0,), ("left", "right"))
    about = TrainedNetwork(
        "my run", SPACE.reference, SPACE, SHAPE, {}, how, "digits", 0.9123, comparison, control=control
    )
    return ModelCard().files(about)["MODEL_CARD.md"].decode()


def test_it_states_classes_costs_and_every_layer_with_weights() -> None:
    text, cost = card(None), SPACE.cost(SPACE.reference, SHAPE)
    for part in ("left, right", f"{cost.params:,}", f"{cost.madds:,}", "0.9123", "[4.5]", "block_0.project"):
        assert part in text
    assert "reference network" not in text
    assert "random search" not in text


def test_it_states_both_networks_every_seed_and_the_interval() -> None:
    text = card(COMPARISON)
    for part in ("0.9000, 0.8000", "0.7000, 0.7500", "**better**", "+0.0500 to +0.2000", "opened once"):
        assert part in text


def test_it_says_that_nobody_ran_a_random_search() -> None:
    assert "Random search at equal cost: not run. Add a `control` stage" in card(COMPARISON)


def test_it_states_what_random_search_found_and_how_far_the_estimate_agrees_with_training() -> None:
    text = card(replace(COMPARISON, random=RIVAL), CONTROL)
    for part in ("17 random networks", "0.8500, 0.8400", "+0.0050: **not distinguishable**", "-0.0400 to +0.0500"):
        assert part in text
    assert "| The search's estimate with the score after training | +0.50 | +0.10 to +0.90 | 8 networks" in text
    assert "| Params with score | -0.25 |" in text
    assert "MAdds with score" not in text
    assert "not run" not in text


def test_a_control_without_a_trained_rival_claims_no_difference() -> None:
    assert "nothing is said of the difference" in card(COMPARISON, CONTROL)


def test_every_place_is_listed_with_its_group_and_operator(networks: dict[str, TrainedNetwork]) -> None:
    network = networks["operators"]
    text = ModelCard().files(network)["MODEL_CARD.md"].decode()
    for place, (group, label) in enumerate(zip(network.space.skeleton.groups, network.architecture.genes, strict=True)):
        assert f"| {place} | {group} | `{label}` |" in text


def test_the_layers_add_up_to_the_network(networks: dict[str, TrainedNetwork]) -> None:
    for network in networks.values():
        text = ModelCard().files(network)["MODEL_CARD.md"].decode()
        rows = [line.split("|") for line in text.partition("## Layers")[2].splitlines() if line.startswith("| ")][1:]
        params, madds = (sum(int(row[column].replace(",", "")) for row in rows) for column in (-3, -2))
        assert Cost(params, madds) == network.block.cost


def test_every_table_has_as_many_cells_in_each_row(networks: dict[str, TrainedNetwork]) -> None:
    for block in ModelCard().files(networks["cells"])["MODEL_CARD.md"].decode().split("\n\n"):
        rows = [line for line in block.splitlines() if line.startswith("|")]
        assert len({line.count("|") for line in rows}) <= 1, block
