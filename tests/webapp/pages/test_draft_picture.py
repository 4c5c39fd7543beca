"""The small picture of an operator on its card, and its formula."""

from __future__ import annotations

import pytest

from nas_engine.preview import Graph, cell_graph, folded, recipe
from nas_engine.run import Recipe
from webapp.pages.draft.outlook import sketch
from webapp.pages.draft.picture import picture
from webapp.pages.draft.schemas import families


@pytest.fixture(scope="module")
def plan() -> Recipe:
    return recipe(sketch({"kind": "image_classification"}, {"kind": "chain", "operators": ["conv3"]}))


def drawn(plan: Recipe, label: str, place: int) -> Graph:
    return folded(cell_graph(label, plan.space.space(), place, plan.task.shape))


@pytest.mark.parametrize(
    ("label", "place", "formula"),
    [
        ("skip", 1, "x"),
        ("conv3", 0, "conv3/2(relu(x))"),
        ("mb3_e3", 1, "x + conv1(dw3(conv1(x)))"),
        ("mb3_e3", 0, "x + conv1(dw3/2(conv1(x)))"),
        ("mb5_e2_se", 1, "h = dw5(conv1(x)); x + conv1(h · conv1(conv1(mean(h))))"),
        (
            "5/3,2/3,5 D1 10 e3",
            1,
            "h = conv1(dw5(x)); x + conv1(dw3(h) + dw5(dw3(x) ⊙ h))",
        ),
        ("skip", 0, "h = relu(x); [conv1/2(h), conv1/2(shift(h))]"),
    ],
)
def test_a_formula_says_what_an_operator_computes(plan: Recipe, label: str, place: int, formula: str) -> None:
    wanted = formula.removeprefix("x + ") if place == 0 else formula  # a shortcut only where the shape is kept
    assert picture(drawn(plan, label, place)).formula == wanted


@pytest.mark.parametrize("place", range(5))
def test_every_step_has_a_place_of_its_own_inside_the_picture(plan: Recipe, place: int) -> None:
    examples = [label for kind in families()["operators"].values() for label in kind["examples"]]
    for label in (*examples, "mb7_e6_se", "5/3,2/3,5 D1 11 e3"):
        if label == "reduce" and place in (1, 2, 3):
            continue  # it takes a stride
        graph = drawn(plan, label, place)
        made = picture(graph)
        assert len({(chip.x, chip.y) for chip in made.chips}) == len(made.chips) == len(graph.nodes)
        assert len(made.edges) == len(graph.edges)
        assert all(chip.x > 0 and chip.x + 28 < made.width for chip in made.chips)
        assert all(chip.y > 0 and chip.y + 18 < made.height for chip in made.chips)
        assert all(len(chip.text) <= 6 for chip in made.chips)
