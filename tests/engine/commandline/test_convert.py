"""The command `convert`: ours to theirs and back, errors in one sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nas_engine.commandline import main
from nas_engine.operators import CellGenotype
from nas_engine.spaces import ReleasedSpace, Subspace, read_space_document, space_document
from nas_engine.spaces.document import read_document

EXAMPLE = Path(__file__).parents[3] / "examples" / "autospace_340m.json"
CELLS = tuple(map(CellGenotype.read, ("5/5,2/5,5 D2 00", "2/5,5/2,5 D1 00", "5/1,2/1,2 D2 00")))
RELEASED = ReleasedSpace((CELLS[:2],) * 10 + (CELLS,))


def written(folder: Path, value: object) -> Path:
    path = folder / "given.json"
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def converted(file: Path, *options: str) -> Path:
    out = file.with_name("made.json")
    assert main(["convert", str(file), "--out", str(out), *options]) == 0
    return out


def test_their_space_becomes_ours_and_comes_back_equal(tmp_path: Path) -> None:
    given = written(tmp_path, RELEASED.plain())
    ours = converted(given, "--expansion", "3")
    space = read_space_document(json.loads(ours.read_text(encoding="utf-8")))
    assert space == RELEASED.space(expansion=3)
    again = tmp_path / "again.json"
    assert main(["convert", str(ours), "--out", str(again)]) == 0
    assert json.loads(again.read_text(encoding="utf-8")) == json.loads(given.read_text(encoding="utf-8"))


def test_our_network_becomes_theirs_and_comes_back_with_its_exact_count(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["convert", str(EXAMPLE)]) == 0
    theirs = written(tmp_path, json.loads(capsys.readouterr().out))
    ours = json.loads(converted(theirs).read_text(encoding="utf-8"))
    assert ours["cost"] == {"params": 4_312_944, "madds": 336_659_520}
    assert read_document(ours)[1:] == read_document(json.loads(EXAMPLE.read_text(encoding="utf-8")))[1:]
    smaller = json.loads(converted(theirs, "--side", "112").read_text(encoding="utf-8"))
    assert smaller["input"]["height"] == 112
    assert smaller["cost"]["params"] == ours["cost"]["params"]
    assert smaller["cost"]["madds"] < ours["cost"]["madds"] / 3


def test_a_space_for_another_skeleton_is_read_onto_it(tmp_path: Path) -> None:
    given = written(tmp_path, ReleasedSpace((CELLS,) * 5).plain())
    ours = read_space_document(json.loads(converted(given, "--skeleton", "digits").read_text(encoding="utf-8")))
    assert ours.size == 3**5


SPACE = RELEASED.space()


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ({"name": "DARTS"}, "given.json: wanted an object with 'format' spacewright/space or"),
        ([], "given.json: wanted an object with 'format'"),
        (ReleasedSpace((CELLS,)).plain(), "got 1 layers, wanted 11"),
        (
            space_document(Subspace.of(SPACE, {SPACE.architecture([a.labels[0] for a in SPACE.alphabets])})),
            "members: the",
        ),
        ({**space_document(SPACE), "places": []}, "space field 'places'"),
    ],
)
def test_what_cannot_be_converted_is_one_sentence_and_exit_code_one(
    value: object, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.json"
    assert main(["convert", str(written(tmp_path, value)), "--out", str(out)]) == 1
    said = capsys.readouterr().err
    assert says in said
    assert said.count("\n") == 1
    assert not out.exists()
