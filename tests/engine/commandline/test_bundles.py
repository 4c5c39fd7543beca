"""A run becomes a bundle, and is made again of it, here or elsewhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nas_engine.bundle import blocks
from nas_engine.commandline import main
from nas_engine.local import Journal
from nas_engine.recipe import recipe
from tests.bundled import MadeUp, bundle
from tests.short import SHORT

QUICK: dict[str, Any] = {**SHORT, "pipeline": [{**SHORT["pipeline"][0]}]}  # a training of a second


def told(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    return code, out, err


def test_a_run_is_bundled_made_again_and_equal(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "recipe.json").write_text(json.dumps(QUICK))
    file = tmp_path / "short.bundle.zip"
    assert told(capsys, "run", tmp_path / "recipe.json", "--out", tmp_path / "first")[0] == 0
    assert told(capsys, "bundle", tmp_path / "first", "--to", file) == (0, f"{file}\n", "")
    code, out, _ = told(capsys, "reproduce", file, "--out", tmp_path / "again")
    digest = Journal(tmp_path / "first").history_digest()
    assert (code, out.splitlines()[-1]) == (0, f"it came out equal: history digest {digest}")
    outcome = json.loads((tmp_path / "again" / "reproduction.json").read_text())
    assert (outcome["equal"], outcome["elsewhere"]) == (True, [])
    assert told(capsys, "run", file, "--out", tmp_path / "again")[0] == 0  # the same recipe: it is over already


def test_a_bundle_whose_facts_are_others_is_named_with_the_first(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = MadeUp(cycles=6)
    file = tmp_path / "made-up.bundle.zip"
    file.write_bytes(b"".join(blocks(theirs.recorded())))

    def followed(_: object, chosen: Any, __: object) -> None:
        """In place of a training: another run of the same recipe."""
        ours = MadeUp(cycles=6)
        ours.change(3, score=0.5)
        journal = Journal(chosen.out)
        journal.fill(ours.plan.plain, ours.state(), 1, [])
        journal.flush_events(ours.facts)
        journal.close()

    monkeypatch.setattr("nas_engine.commandline.reproduce.followed", followed)
    code, out, _ = told(capsys, "reproduce", file, "--out", tmp_path / "again")
    assert code == 4
    assert "it came out different" in out
    assert "fact 4 (candidate evaluated, " in out
    assert "field payload.score" in out
    assert "0.5 here. The environment is another one, so this says nothing: " in out


@pytest.mark.parametrize("command", ["run", "reproduce"])
def test_data_and_tables_that_are_not_here_are_refused_by_name(
    command: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    shape = {"channels": 1, "height": 8, "width": 8, "classes": 10}
    birds = {"kind": "stored", "name": "birds", "sha256": "ab" * 32, "shape": shape, "images": {"train": 100}}
    table = {"kind": "table", "path": "nowhere.csv"}
    search = {"kind": "search", "strategy": {"kind": "random", "draws": 2}, "estimator": table}
    base = MadeUp().plan.plain
    for change, said in (
        ({"task": {"kind": "image_classification", "data": birds}}, f"the data birds (sha256 {'ab' * 32}) are not on"),
        ({"pipeline": [search]}, "pipeline.0.estimator.path: the table nowhere.csv is not on this machine"),
    ):
        other = recipe({**base, **change}).plain
        file = tmp_path / "theirs.bundle.zip"
        state = {**(MadeUp().state() or {}), "recipe": recipe(other).digest}
        file.write_bytes(b"".join(blocks(MadeUp().recorded(recipe=other, state=state))))
        code, _, err = told(capsys, command, file, "--out", tmp_path / "out")
        assert (code, said in err) == (1, True), err


def test_what_cannot_be_is_said(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{}")
    assert (
        "is no bundle; give a NAME.bundle.zip"
        in told(capsys, "reproduce", tmp_path / "a.json", "--out", tmp_path / "out")[2]
    )
    (tmp_path / "torn.bundle.zip").write_bytes(bundle()[:-40])
    assert "is not a whole bundle" in told(capsys, "run", tmp_path / "torn.bundle.zip", "--out", tmp_path / "out")[2]
    assert "holds no run" in told(capsys, "bundle", tmp_path, "--to", tmp_path / "x.bundle.zip")[2]
    assert not (tmp_path / "out").exists()
