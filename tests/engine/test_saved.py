from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nas_engine.chance import Chance
from nas_engine.errors import InvalidArchitecture, StateMismatch
from nas_engine.recipe import recipe
from nas_engine.run import Run, RunState
from nas_engine.saved import begun_with, made_by, read_saved, released_form
from nas_engine.spaces import ReleasedSpace, Subspace, autospace, chain, skeleton_named, space_document
from nas_engine.wire import plain

QUICKSTART: dict[str, Any] = json.loads((Path(__file__).parents[2] / "examples" / "quickstart.json").read_text())
CELLS = autospace(skeleton_named("digits"), expansion=3)
LABELS = ("3/1,2/1,2 D0 00 e3", "5/1,2/1,3 D2 00 e3", "5/1,2/1,2 D2 00 e3")
EVOLVED = CELLS.narrowed({group: LABELS[: 2 + ("rest" in group)] for group in CELLS.skeleton.groups})
FEW = Subspace.of(
    EVOLVED,
    {EVOLVED.architecture([LABELS[0]] * 5), EVOLVED.architecture([LABELS[0], LABELS[1], LABELS[1], *LABELS[:2]])},
)


def test_the_figures_of_a_product_are_its_options() -> None:
    document, found = read_saved(space_document(EVOLVED))
    assert document == space_document(EVOLVED)
    assert (found.size, found.shrunk, found.places, found.released) == (EVOLVED.size, False, 5, True)
    assert found.options == {
        "stage 1 first": 2,
        "stage 1 rest": 3,
        "stage 2 first": 2,
        "stage 2 rest": 3,
        "stage 3 first": 2,
    }
    assert 0 < found.diversity < 5


def test_the_figures_of_listed_members_are_what_they_use() -> None:
    found = read_saved(space_document(FEW))[1]
    assert (found.size, found.shrunk, found.released) == (2, True, False)
    assert found.options == {
        "stage 1 first": 1,
        "stage 1 rest": 2,
        "stage 2 first": 2,
        "stage 2 rest": 1,
        "stage 3 first": 2,
    }
    assert found.diversity == FEW.diversity


def test_where_cells_are_open_pairs_are_drawn_for_the_diversity() -> None:
    chance = Chance(1)
    few = Subspace.of(CELLS, {CELLS.sample(chance) for _ in range(12)})
    found = read_saved(space_document(few))[1].diversity
    assert abs(found - few.diversity) < 0.05 * few.diversity
    one = Subspace.of(CELLS, {CELLS.sample(chance)})
    assert read_saved(space_document(one))[1].diversity == 0


def test_only_a_product_of_cells_has_the_form_of_the_authors() -> None:
    assert released_form(space_document(EVOLVED)) == ReleasedSpace.of(EVOLVED).plain()
    assert released_form(space_document(FEW)) is None
    assert released_form(space_document(chain(skeleton_named("tiny"), ("conv3", "skip")))) is None
    with pytest.raises(InvalidArchitecture, match="space field 'places'"):
        released_form({**space_document(EVOLVED), "places": []})


def test_a_run_tells_which_stage_made_which_space() -> None:
    plan = recipe(QUICKSTART)
    assert made_by(plan.plain, None) == []
    run = Run(plan)
    assert made_by(plan.plain, run.plain()) == []
    state = RunState(plan.digest, run.state.holdings, spaces_before={0: EVOLVED.plain()}, space_of=2)
    object.__setattr__(state.holdings, "space", FEW.plain())
    evolved, shrunk = made_by(plan.plain, plain(state))
    assert (evolved.stage, evolved.name, evolved.size, evolved.shrunk) == (0, "evolve", EVOLVED.size, False)
    assert (shrunk.stage, shrunk.name, shrunk.size, shrunk.shrunk) == (2, "shrink", 2, True)
    assert [made.document for made in (evolved, shrunk)] == [space_document(EVOLVED), space_document(FEW)]


def test_a_state_with_a_space_of_no_stage_is_refused() -> None:
    plan = recipe(QUICKSTART)
    state = RunState(plan.digest, Run(plan).state.holdings, space_of=99)
    with pytest.raises(StateMismatch, match="a space of stage 99, and the recipe has"):
        made_by(plan.plain, plain(state))


def names(plan: dict[str, Any]) -> list[str]:
    return [stage.name for stage in recipe(plan).pipeline]


@pytest.mark.parametrize(
    ("space", "stage", "left"),
    [
        (EVOLVED, 0, ["supernet", "shrink", "search", "control", "retrain", "export"]),
        (EVOLVED, None, ["supernet", "shrink", "search", "control", "retrain", "export"]),
        (FEW, 2, ["supernet", "search", "control", "retrain", "export"]),
        (FEW, None, ["supernet", "search", "control", "retrain", "export"]),
    ],
)
def test_a_recipe_that_begins_with_a_space_leaves_out_what_made_it(
    space: Any, stage: int | None, left: list[str]
) -> None:
    made = begun_with(QUICKSTART, space_document(space), stage)
    assert names(made) == left
    assert recipe(made).space.space() == space
    assert names(QUICKSTART)[0] == "evolve"  # the recipe that was given stays as it was
    assert made["task"] == QUICKSTART["task"]
