"""A run that starts from a space that an earlier one evolved: supernet, shrink, search, without evolving again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from nas_engine.local import run_locally
from nas_engine.recipe import recipe
from nas_engine.run import space_files
from nas_engine.spaces import Subspace, autospace, read_space_document, skeleton_named, space_document

CELLS = autospace(skeleton_named("tiny"), expansion=2)
LABELS = ["3/1,2/1,2 D0 00 e2", "5/1,2/1,3 D2 00 e2", "5/1,2/1,2 D2 00 e2"]
EVOLVED = CELLS.narrowed(dict.fromkeys(CELLS.skeleton.groups, LABELS))


def plan(*stages: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "version": 1,
        "name": "again",
        "task": {"kind": "image_classification"},
        "space": {"kind": "saved", "document": space_document(EVOLVED)},
        "pipeline": list(stages),
    } | changes


SUPERNET = {"kind": "train", "trainer": {"kind": "uniform_paths", "batches": 2, "batch": 16}}
SHRINK = {
    "kind": "search",
    "name": "shrink",
    "strategy": {"kind": "lissnas", "sample": 6},
    "estimator": {"kind": "shared_weights", "calibration": 1, "calibration_batch": 32},
}
RANK = SHRINK | {"name": "search", "strategy": {"kind": "random", "draws": 3}}


def test_an_evolved_space_is_shrunk_and_searched_without_evolving_again(tmp_path: Path) -> None:
    state = run_locally(recipe(plan(SUPERNET, SHRINK, RANK)), tmp_path)
    assert (state.status, state.reason) == ("finished", "")
    assert state.holdings.ranking is not None
    assert all(entry.architecture in EVOLVED for entry in state.holdings.ranking.entries)
    assert set(state.spaces) <= {1}
    for name, data in space_files(state).items():
        assert (tmp_path / name).read_bytes() == data
        found = read_space_document(json.loads(data))
        assert isinstance(found, Subspace)
        assert found.parent == EVOLVED
