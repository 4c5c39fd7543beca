"""Preview: analytic answers, and they agree with the networks."""

import json
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest

from nas_engine.budget import Budget, Cost, NetworkLimits
from nas_engine.chance import Chance
from nas_engine.errors import Infeasible, InvalidArchitecture
from nas_engine.graph.block import Sketch
from nas_engine.graph.layers import BatchNorm, Conv, PrefixAdd
from nas_engine.preview import (
    cell_graph,
    drawings,
    drawn,
    folded,
    graph,
    layer_table,
    network,
    preview,
    refuse_impossible,
)
from nas_engine.recipe import recipe
from nas_engine.shapes import FeatureShape

QUICKSTART = recipe(json.loads((Path(__file__).parents[2] / "examples" / "quickstart.json").read_text()))
SPACE, SHAPE = QUICKSTART.space.space(), QUICKSTART.task.shape


def test_a_preview_tells_size_reference_costs_and_the_share_within_the_budget() -> None:
    found = preview(QUICKSTART)
    assert found.size == 3969**5
    assert found.reference == SPACE.cost(SPACE.reference, SHAPE)
    limit = QUICKSTART.budget.network.madds
    assert limit is not None
    within = sum(cost.madds <= limit for cost in found.sampled) / len(found.sampled)
    assert abs(within - found.feasibility.share) < 0.05


def test_a_layer_table_adds_up_to_the_network() -> None:
    architecture = SPACE.sample(Chance(1))
    total = sum((row.cost for row in layer_table(SPACE, architecture, SHAPE)), Cost())
    assert total == SPACE.cost(architecture, SHAPE)


def test_the_graph_of_a_cell_has_its_operators_as_nodes_with_shape_and_cost() -> None:
    found = cell_graph("5/3,2/1,2 D1 10 e3", SPACE, 1, SHAPE)
    kinds = [node.kind for node in found.nodes]
    assert kinds.count("Depthwise") == 2
    assert kinds.count("Conv") == 2
    assert "PrefixGate" in kinds
    names = {node.name for node in found.nodes}
    assert all(start in names and end in names for start, end in found.edges)
    assert found.output in names
    expand = next(node for node in found.nodes if node.name == "expand")
    assert (expand.shape, expand.cost) == ("24x4x4", Cost(8 * 24, 8 * 24 * 16))


def test_the_graph_of_a_network_has_one_node_a_block() -> None:
    architecture = SPACE.sample(Chance(1))
    found = graph(SPACE.block(architecture, SHAPE))
    assert [node.name for node in found.nodes] == ["x", "stem", *(f"block_{i}" for i in range(5)), "head"]
    assert sum((node.cost for node in found.nodes), Cost()) == SPACE.cost(architecture, SHAPE)


def test_a_network_is_shown_whole_from_its_labels() -> None:
    architecture = SPACE.sample(Chance(1))
    found = network(QUICKSTART, architecture.genes)
    assert found.key == architecture.key
    assert found.cost == SPACE.cost(architecture, SHAPE) == sum((row.cost for row in found.layers), Cost())
    assert [cell.title for cell in found.cells] == [
        cell_graph(label, SPACE, position, SHAPE).title for position, label in enumerate(architecture.genes)
    ]
    with pytest.raises(InvalidArchitecture, match=r"genes\.0"):
        network(QUICKSTART, ("none of ours", *architecture.genes[1:]))


def test_a_drawing_has_one_node_a_block_and_each_block_by_itself() -> None:
    architecture = SPACE.sample(Chance(1))
    found = drawings(QUICKSTART, architecture.genes)
    assert [node.name for node in found.whole.nodes] == ["x", *(part.name for part in found.parts)]
    assert [part.label for part in found.parts] == ["", *architecture.genes, ""]
    assert [part.group for part in found.parts][1:-1] == list(SPACE.skeleton.groups)
    for part, node in zip(found.parts, found.whole.nodes[1:], strict=True):
        assert sum((step.cost for step in part.graph.nodes), Cost()) == node.cost


def test_layers_are_named_by_kernel_and_stride() -> None:
    found = {node.name: node.title for node in cell_graph("5/3,2/1,2 D1 10 e3", SPACE, 0, SHAPE).nodes}
    assert (found["expand"], found["edge01"], found["mix2"]) == ("conv 1×1", "depthwise 5×5", "gate")
    assert "average pool 2×2, stride 2" in found.values()


@pytest.mark.parametrize("label", ["5/3,2/1,2 D1 10 e3", "2/2,2/2,2 D0 00 e3", "mb3_e6_se", "skip"])
def test_folding_keeps_cost_shapes_and_the_way_through(label: str) -> None:
    whole = cell_graph(label, SPACE, 1, SHAPE)
    found = folded(whole)
    names = [node.name for node in found.nodes]
    assert "BatchNorm" not in {node.kind for node in found.nodes}
    assert sum((node.cost for node in found.nodes), Cost()) == sum((node.cost for node in whole.nodes), Cost())
    shapes = {node.name: node.shape for node in whole.nodes}
    assert next(node.shape for node in found.nodes if node.name == found.output) == shapes[whole.output]
    assert all(names.index(start) < names.index(end) for start, end in found.edges)
    reached = {"x"}
    for start, end in found.edges:
        if start in reached:
            reached.add(end)
    assert reached == set(names)


def test_a_norm_whose_input_somebody_else_uses_too_stays_by_itself() -> None:
    sketch = Sketch("two readers", FeatureShape(4, 2, 2))
    conv = sketch.add("conv", Conv(4))
    norm = sketch.add("norm", BatchNorm(), conv)
    sketch.add("sum", PrefixAdd(), conv, norm)
    assert folded(graph(sketch.block())) == graph(sketch.block())


def test_a_budget_below_the_exact_bound_is_refused_with_the_nearest_figures() -> None:
    least = SPACE.cost_bounds(SHAPE)[0]
    for madds, refused in ((least.madds - 1, True), (least.madds, False)):
        plan = replace(QUICKSTART, budget=Budget(NetworkLimits(madds=madds)))
        if not refused:
            refuse_impossible(plan)
            continue
        with pytest.raises(Infeasible) as error:
            refuse_impossible(plan)
        assert error.value.field == "budget.network.madds"
        assert error.value.nearest == {"params": least.params, "madds": least.madds}


def test_networks_are_drawn_within_the_limits_at_their_true_cost_and_the_same_for_the_same_names() -> None:
    limit = QUICKSTART.budget.network.madds
    assert limit is not None
    first = list(islice(drawn(QUICKSTART, "a", 1), 50))
    assert first == list(islice(drawn(QUICKSTART, "a", 1), 50))
    assert first != list(islice(drawn(QUICKSTART, "a", 2), 50))
    for found, cost in first:
        assert found in SPACE
        assert cost == SPACE.block(found, SHAPE).cost
        assert cost.madds <= limit


def test_nothing_is_drawn_from_a_space_without_a_network_within_the_limits() -> None:
    tight = replace(QUICKSTART, budget=Budget(network=NetworkLimits(madds=1)))
    with pytest.raises(Infeasible):
        next(drawn(tight))
