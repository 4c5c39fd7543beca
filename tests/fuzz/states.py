"""What a run has stored: checkpoints, states, work, journals."""

from __future__ import annotations

import json
import sqlite3
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import torch
from hypothesis import strategies as st

from nas_engine.errors import NasError, StorageFailed
from nas_engine.files import FileStore
from nas_engine.folder import opened
from nas_engine.local import Journal
from nas_engine.recipe import recipe
from nas_engine.run import Run, RunState
from nas_engine.saved import made_by
from nas_engine.wire import pack, plain, read, unpack
from nas_engine.work import Checkpoint, Result, Stored, Work
from tests.fuzz.hostile import changed, damaged
from tests.fuzz.target import Target, taken
from tests.short import SHORT

PLAN = recipe(SHORT)

# checkpoints

_TENSORS = {
    "weight": torch.arange(24.0).reshape(2, 3, 2, 2).contiguous(memory_format=torch.channels_last),
    "bias": torch.ones(3, dtype=torch.bfloat16),
    "steps": torch.tensor(7),
    "none": torch.empty(0, 4),
}
_CHECKPOINTS = (
    pack({"position": 3, "name": "ä"}, {**_TENSORS, "tied": _TENSORS["weight"]}),
    pack({}, {}),
    pack({"deep": [[1, {"a": None}]]}, {"mask": torch.tensor([True, False])}),
)


def _checkpoint_holds(data: bytes) -> None:
    found = taken(lambda: unpack(data), StorageFailed)
    if found is not None:
        content, tensors = found
        again, same = unpack(pack(content, tensors))
        assert again == content
        assert {name: (t.dtype, t.shape) for name, t in same.items()} == {
            name: (t.dtype, t.shape) for name, t in tensors.items()
        }
        bits = [[t.contiguous().flatten().view(torch.uint8).tolist() for t in _sorted(one)] for one in (tensors, same)]
        assert bits[0] == bits[1]
    with tempfile.TemporaryDirectory() as folder:  # and what a store was given, harmed, is never handed out
        store = FileStore(Path(folder))
        stored = store.put("0-train-checkpoint.safetensors", _CHECKPOINTS[0])
        store.path(stored).write_bytes(data)
        got = taken(lambda: store.get(stored), StorageFailed)
        assert (got is None) == (data != _CHECKPOINTS[0])


def _sorted(tensors: dict[str, torch.Tensor]) -> list[torch.Tensor]:
    return [(t if t.dim() else t.reshape(1)) for _, t in sorted(tensors.items())]


# states and work, as JSON


def _as_json(value: Any) -> Any:
    return json.loads(json.dumps(value))


@cache
def _states() -> tuple[Any, ...]:
    run = Run(PLAN)
    fresh = run.plain()
    run.advance()
    return (_as_json(fresh), _as_json(run.plain()))


def _state_holds(value: Any) -> None:
    run = taken(lambda: Run.restored(PLAN, value))
    if run is None:
        return
    written = _as_json(run.plain())
    assert Run.restored(PLAN, written).state == run.state
    assert _as_json(Run.restored(PLAN, written).plain()) == written
    taken(lambda: made_by(PLAN.plain, value))


_VALUES: tuple[tuple[type[Any], Any], ...] = (
    (Work, Work("0-train", 0, "train", {"a": [1, None]}, 7, 2.5)),
    (Result, Result("0-train", {"why": "finished"}, None, 1.5)),
    (Stored, Stored("a.bin", "f" * 64)),
    (Checkpoint, Checkpoint("a.bin", "f" * 64, Stored("b.bin", "e" * 64))),
    (RunState, Run(PLAN).state),
)
_STORED = st.sampled_from(_VALUES).flatmap(lambda one: st.tuples(st.just(one[0]), changed((_as_json(plain(one[1])),))))


def _value_holds(value: tuple[type[Any], Any]) -> None:
    kind, given = value
    found = taken(lambda: read(kind, given))
    if found is not None:
        assert read(kind, _as_json(plain(found))) == found


# journals


@cache
def _journal() -> tuple[bytes, dict[str, list[tuple[Any, ...]]]]:
    """A run that was begun, as the one file of its journal."""
    with tempfile.TemporaryDirectory() as folder:
        journal = Journal(Path(folder))
        journal.begin(PLAN.plain)
        journal.commit_step(Run(PLAN).advance(), [])
        journal._db.execute("pragma journal_mode = delete")
        journal.close()
        return (Path(folder) / "run.sqlite").read_bytes(), {}


_CELLS = st.sampled_from(
    (("run", "recipe"), ("run", "state"), ("run", "version"), ("work", "value"), ("work", "result"), ("work", "checkpoint"),
     ("work", "seconds"), ("work", "told"), ("event", "value"), ("event", "key"))
)  # fmt: skip
_TEXTS = st.one_of(
    st.sampled_from(
        (
            "",
            "null",
            "{}",
            "[]",
            "{",
            "1e999",
            "NaN",
            '{"key":"a","sha256":"b"}',
            "\x00",
            "[" * 2000,
            None,
            7,
            b"\xff\xfe",
        )
    ),
    st.text(max_size=12),
)


@st.composite
def _journals(draw: st.DrawFn) -> tuple[bytes, tuple[str, str] | None, Any]:
    """Either bytes are harmed, or one cell holds something else."""
    whole = _journal()[0]
    if draw(st.booleans()):
        return draw(damaged((whole,))), None, None
    return whole, draw(_CELLS), draw(_TEXTS)


def _journal_holds(value: tuple[bytes, tuple[str, str] | None, Any]) -> None:
    data, cell, content = value
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "run"
        folder.mkdir()
        (folder / "run.sqlite").write_bytes(data)
        if cell is not None:
            try:
                with sqlite3.connect(folder / "run.sqlite") as db:
                    db.execute(f"update {cell[0]} set {cell[1]} = ?", (content,))
                db.close()
            except sqlite3.Error:  # the table refuses it
                return
        whole = taken(lambda: _opened(folder), NasError)
        if whole is not None:
            whole.check()
            assert recipe(whole.recipe).plain == whole.recipe


def _opened(folder: Path) -> Any:
    with opened(folder) as source:
        list(source.events())
        list(source.files())
        source.history_digest()
        return source.whole


TARGETS = (
    Target(
        "checkpoints",
        "a harmed checkpoint is refused, or says the same again bit for bit; a store hands out only what it was given",
        damaged(_CHECKPOINTS),
        _checkpoint_holds,
    ),
    Target(
        "run states",
        "a stored state is refused in a sentence, or the run that it makes is written and read to the same",
        st.deferred(lambda: changed(_states())),
        _state_holds,
    ),
    Target(
        "stored values",
        "work, results and pointers are refused in a sentence, or read and written to the same",
        _STORED,
        _value_holds,
    ),
    Target(
        "journals",
        "a journal with harmed bytes or cells is refused in a sentence, or opened whole",
        _journals(),
        _journal_holds,
    ),
)
