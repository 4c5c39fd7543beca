"""Whole runs that shrink a space and search inside what is left: repeated cells by a supernet, and evolved cells to the last member."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nas_engine.events import CandidateEvaluated, StageFinished
from nas_engine.local import Journal, run_locally
from nas_engine.recipe import recipe
from nas_engine.spaces import Subspace, space

SHARED = {"kind": "shared_weights", "calibration": 1, "calibration_batch": 64}


def searching(name: str, strategy: dict[str, Any], estimator: dict[str, Any] = SHARED) -> dict[str, Any]:
    return {"kind": "search", "name": name, "strategy": strategy, "estimator": estimator}


def plan(space: dict[str, Any], *pipeline: dict[str, Any], **budget: Any) -> dict[str, Any]:
    task = {"kind": "image_classification"}
    return {"version": 1, "name": "test", "task": task, "space": space, "pipeline": list(pipeline), "budget": budget}


def test_repeated_cells_are_shrunk_and_searched_by_the_weights_of_a_supernet(tmp_path: Path) -> None:
    chosen = plan(
        {"kind": "nasbench201", "cells": 1, "width": 4},
        {"kind": "train", "trainer": {"kind": "uniform_paths", "batches": 80, "batch": 32}},
        searching("shrink", {"kind": "lissnas", "sample": 12}),
        searching("search", {"kind": "random", "draws": 6}),
    )
    state = run_locally(recipe(chosen), tmp_path)
    assert (state.status, state.reason) == ("finished", "")
    told = [event.fact for _, event in Journal(tmp_path).events()]
    (shrink,) = [fact for fact in told if isinstance(fact, StageFinished) and fact.name == "shrink"]
    assert shrink.summary["space size"] < 500
    assert shrink.summary["mean after"] > shrink.summary["mean before"]
    inside = [fact for fact in told if isinstance(fact, CandidateEvaluated) and fact.stage == 2]
    assert len(inside) <= 6
    assert state.holdings.ranking is not None
    assert state.holdings.ranking.entries[0].score > 0.3, "it learned no more than to guess"


def test_from_evolution_to_a_ranking_of_every_member_that_is_left_and_of_no_other(tmp_path: Path) -> None:
    limit = 60_000
    chosen = plan(
        {"kind": "autospace", "skeleton": "tiny", "kernels": [3], "expansion": 2, "reference": "3/1,2/1,2 D2 00 e2"},
        {
            "kind": "train",
            "name": "evolve",
            "trainer": {"kind": "autospace", "generations": 3, "steps": 2, "population": 6, "cells": 2, "batch": 31},
        },
        {"kind": "train", "name": "supernet", "trainer": {"kind": "uniform_paths", "batches": 35, "batch": 31}},
        searching(
            "shrink", {"kind": "lissnas", "sample": 15}, {"kind": "synflow"}
        ),  # with so clear a score it always shrinks
        searching("search", {"kind": "exhaustive", "most": 200}),
        network={"madds": limit},
    ) | {"seed": 1}
    state = run_locally(recipe(chosen), tmp_path)
    assert (state.status, state.reason) == ("finished", "")
    told = [event.fact for _, event in Journal(tmp_path).events()]
    over = {fact.name: fact.summary for fact in told if isinstance(fact, StageFinished)}
    assert state.holdings.space is not None
    left = space(state.holdings.space)
    assert isinstance(left, Subspace)
    assert 1 < left.size < over["evolve"]["space size"]
    assert state.holdings.ranking is not None
    entries = state.holdings.ranking.entries
    assert left.size <= 100, "a run keeps the best hundred of a ranking"
    assert {entry.architecture for entry in entries} == set(left.members())
    assert over["search"]["members"] == over["search"]["ranked"] == len(entries) == left.size
    assert max(entry.cost.madds for entry in entries) <= limit
    assert [entry.score for entry in entries] == sorted((entry.score for entry in entries), reverse=True)


def test_a_search_that_needs_a_product_fails_on_what_is_left_and_names_the_way_out(tmp_path: Path) -> None:
    chosen = plan(
        {"kind": "nasbench201", "cells": 1, "width": 2},
        searching("shrink", {"kind": "lissnas", "sample": 12}, {"kind": "synflow"}),
        {"kind": "train", "trainer": {"kind": "binarised_paths", "batches": 5}},
    )
    state = run_locally(recipe(chosen), tmp_path)
    assert state.status == "failed"
    assert "as_product" in state.reason
