"""Preview: analytic answers, and they agree with the networks."""

import json
from pathlib import Path

from nas_engine.budget import Cost
from nas_engine.chance import Chance
from nas_engine.preview import cell_graph, graph, layer_table, preview
from nas_engine.recipe import recipe

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
