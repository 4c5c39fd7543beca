"""A whole run on a table of cells: shrink by locality, search inside, train the winner and take it away."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from nas_engine.events import CandidateEvaluated, Exported, SpaceShrunk, StageFinished
from nas_engine.local import Journal, run_locally
from nas_engine.recipe import recipe
from nas_engine.spaces import cell_string, nasbench201, read_space_document

CELLS = nasbench201(cells=1, width=4)
WORTH = {"conv3": 9.0, "conv1": 6.0, "skip": 5.0, "avg3": 2.0, "none": 0.0}


def plan(table: Path) -> dict[str, Any]:
    estimator = {"kind": "table", "path": str(table), "column": "test"}
    return {
        "version": 1,
        "name": "cells",
        "task": {"kind": "image_classification"},
        "space": {"kind": "nasbench201", "cells": 1, "width": 4},
        "pipeline": [
            {"kind": "search", "name": "shrink", "strategy": {"kind": "lissnas", "sample": 40}, "estimator": estimator},
            {
                "kind": "search",
                "name": "search",
                "strategy": {"kind": "local_search", "draws": 30, "starts": 3},
                "estimator": estimator,
            },
            {"kind": "retrain", "trainer": {"epochs": 1}, "seeds": 1},
            {"kind": "export"},
        ],
    }


def test_a_run_on_a_table_shrinks_searches_inside_trains_the_winner_and_exports_it(tmp_path: Path) -> None:
    table = tmp_path / "cells.csv"
    rows = [f"{cell_string(cell)},{sum(map(WORTH.__getitem__, cell.genes))}" for cell in CELLS.members()]
    table.write_text("\n".join(["arch,test", *rows]), encoding="utf-8")
    state = run_locally(recipe(plan(table)), tmp_path / "run")
    assert (state.status, state.reason) == ("finished", "")
    told = [event.fact for _, event in Journal(tmp_path / "run").events()]
    shrink = next(fact for fact in told if isinstance(fact, StageFinished) and fact.name == "shrink")
    rounds = [fact for fact in told if isinstance(fact, SpaceShrunk)]
    assert rounds[0].size == 15_625
    assert shrink.summary["space size"] < 1_000
    assert shrink.summary["mean after"] > shrink.summary["mean before"]
    assert 0 < shrink.summary["shrink index (our definition)"] < 1
    assert {"pockets", "diversity", "diversity share", "gene entropy", "radius", "locality at 2"} <= set(shrink.summary)
    inside = [fact for fact in told if isinstance(fact, CandidateEvaluated) and fact.stage == 1]
    assert len(inside) == 30
    assert state.holdings.ranking is not None
    assert state.holdings.ranking.entries[0].score >= max(fact.score for fact in inside)
    assert any(isinstance(fact, Exported) for fact in told)

    kept = json.loads((tmp_path / "run" / "space.json").read_text(encoding="utf-8"))
    shrunk = read_space_document(kept)
    assert (shrunk.size, shrunk.root) == (shrink.summary["space size"], CELLS)
    again = plan(table) | {"space": {"kind": "saved", "document": kept}, "pipeline": plan(table)["pipeline"][1:2]}
    inner = run_locally(recipe(again), tmp_path / "again")
    assert inner.status == "finished"
    assert inner.holdings.ranking is not None
    assert all(entry.architecture in shrunk for entry in inner.holdings.ranking.entries)
    assert not (tmp_path / "again" / "space.json").exists()  # it concluded none


def test_a_table_that_is_missing_fails_the_run_with_a_sentence(tmp_path: Path) -> None:
    state = run_locally(recipe(plan(tmp_path / "missing.csv")), tmp_path / "run")
    assert state.status == "failed"
    assert "no network could be estimated" in state.reason
    assert "missing.csv cannot be read (No such file or directory)" in state.reason
