"""Files by path become data by content before a recipe is read."""

from __future__ import annotations

import json
import runpy
import shutil
from pathlib import Path

import pytest

from nas_engine.commandline import main
from nas_engine.data import Shelf
from nas_engine.data.files import settled
from nas_engine.errors import BadData, InvalidRecipe
from nas_engine.recipe import recipe
from tests.samples import folders, laid, mnist


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "shelf")


def plan(**data: object) -> dict[str, object]:
    task = {"kind": "image_classification", "data": {"kind": "files", **data}}
    space = {"kind": "chain", "skeleton": "tiny", "operators": ["conv3"]}
    pipeline = [
        {
            "kind": "search",
            "strategy": {"kind": "random", "draws": 1},
            "estimator": {"kind": "from_scratch", "epochs": 1},
        }
    ]
    return {"version": 1, "name": "mine", "task": task, "space": space, "pipeline": pipeline}


def test_files_are_packed_and_named_by_content(shelf: Shelf, tmp_path: Path) -> None:
    folder = laid(mnist(), tmp_path / "mine")
    value, report = settled(plan(path=str(folder), name="my digits"), shelf)
    assert report is not None
    read = recipe(value)
    assert read.plain["task"]["data"] == report.index.recipe()  # type: ignore[index]
    assert (str(read.task.title), read.task.shape.height) == ("my digits", 6)
    assert str(folder) not in json.dumps(read.plain)


def test_they_are_packed_once_and_again_when_one_changes(shelf: Shelf, tmp_path: Path) -> None:
    folder = laid(mnist(), tmp_path / "mine")
    first, _ = settled(plan(path=str(folder)), shelf)
    again, report = settled(plan(path=str(folder)), shelf)
    assert (again, report) == (first, None)
    laid(mnist(test=12), folder)
    other, report = settled(plan(path=str(folder)), shelf)
    assert report is not None
    assert other != first


def test_what_was_taken_off_the_shelf_is_packed_again(shelf: Shelf, tmp_path: Path) -> None:
    folder = laid(mnist(), tmp_path / "mine")
    first, report = settled(plan(path=str(folder)), shelf)
    assert report is not None
    shutil.rmtree(report.folder)
    again, report = settled(plan(path=str(folder)), shelf)
    assert again == first
    assert report is not None


def test_a_recipe_of_other_data_is_left_as_it_is(shelf: Shelf) -> None:
    for value in ({"task": {"data": "digits"}}, {"task": 3}, [], "text"):
        assert settled(value, shelf) == (value, None)
    assert not shelf.folder.exists()


def test_a_path_that_does_not_exist_is_named(shelf: Shelf, tmp_path: Path) -> None:
    with pytest.raises(BadData, match=r"task\.data: .*nowhere does not exist; give the path"):
        settled(plan(path=str(tmp_path / "nowhere")), shelf)
    with pytest.raises(InvalidRecipe, match=r"task\.data\.paht"):
        settled(plan(path=str(tmp_path), paht="x"), shelf)


def test_a_recipe_alone_never_holds_a_path() -> None:
    """Who sends a recipe to a server must not reach the server's files."""
    with pytest.raises(InvalidRecipe, match=r"task\.data\.kind.*wanted 'stored'"):
        recipe(plan(path="/etc"))


def test_the_command_line_runs_on_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "shelf"))
    folder = laid(mnist(80, 20, (8, 8)), tmp_path / "mine")
    (tmp_path / "plan.json").write_text(json.dumps(plan(path=str(folder))))
    run = ["run", str(tmp_path / "plan.json"), "--out", str(tmp_path / "out")]
    assert main(run) == 0
    assert "packed mine: 80 train, 20 test images of 4 classes" in capsys.readouterr().err
    assert main(run) == 0  # goes on with the same run: the content is the same
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "elsewhere"))
    assert main(run) == 0


def test_the_whole_way_from_files_to_a_network_that_reads_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "shelf"))
    folder = laid(folders(12, above="train/") | folders(8, above="test/", first=300), tmp_path / "mine")
    value = plan(path=str(folder))
    retrain = {"kind": "retrain", "trainer": {"epochs": 1, "batch": 4}, "seeds": 2}
    value["pipeline"] = [*value["pipeline"], retrain, {"kind": "export"}]  # type: ignore[misc]
    (tmp_path / "plan.json").write_text(json.dumps(value))
    assert main(["run", str(tmp_path / "plan.json"), "--out", str(tmp_path / "out")]) == 0
    export = tmp_path / "out" / "export"
    shown = json.loads((export / "samples.json").read_text())["samples"]
    assert len(shown) == 12
    assert {one["class"] for one in shown} == {"cat", "dog"}
    network = runpy.run_path(str(export / "network.py"))
    loaded = network["load"](export / "weights.safetensors")
    for one in shown:
        assert one["name"].startswith(f"test/{one['class']}/")
        label, share = network["predict"](loaded, folder / one["name"])[0]
        assert (label, round(share, 3)) == (one["predicted"], pytest.approx(one["probability"], abs=2e-3))
    assert "| Augmentation of the training images | none |" in (export / "MODEL_CARD.md").read_text()
