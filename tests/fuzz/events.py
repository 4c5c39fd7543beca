"""Facts: as they are stored and sent, and as pages fold them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from nas_engine.errors import NasError
from nas_engine.events import FACTS, Event
from nas_engine.run import history_digest
from tests.fuzz.hostile import changed
from tests.fuzz.target import Target, taken
from tests.webapp.live.test_fold import EXAMPLES, failed, scored
from webapp.live.fold import Unfoldable, fold, gauged

assert set(EXAMPLES) == set(FACTS)


def _as_json(value: Any) -> Any:
    return json.loads(json.dumps(value))


_STORED = tuple(_as_json(Event(f"0-train/{number}", fact).plain()) for number, fact in enumerate(EXAMPLES.values()))


def _event_holds(value: Any) -> None:
    event = taken(lambda: Event.read(value), NasError)
    if event is None:
        return
    written = _as_json(event.plain())
    assert Event.read(written) == event
    assert _as_json(Event.read(written).plain()) == written
    assert history_digest([event, event], None) == history_digest([Event.read(written), event], None)


# the fold

_STAGES = ("evolve", "search", "retrain", "export")
EMPTY: dict[str, Any] = gauged(
    {
        "run": "r",
        "study": {"id": "s", "name": "tiny"},
        "created": "2026-01-01",
        **{"name": "tiny", "recipe": "", "seed": 1, "started": None, "ended": None, "retried": None},
        **{"status": "running", "reason": "", "wanted": "run"},
        "stages": [
            {"number": number, "name": name, "kind": name, "state": "waiting", "why": "", "summary": {}}
            | {"started": None, "ended": None}
            for number, name in enumerate(_STAGES)
        ],
        **{"searches": [], "counts": {"scored": 0, "failed": {}}, "best": None, "seq": 0},
        **{name: [] for name in ("rounds", "models", "exports", "warnings", "measures", "points")},
        **dict.fromkeys(("generation", "control", "price", "comparison")),
    },
    [],
)
_SCORED = st.builds(scored, st.integers(0, 9), st.floats(-1, 1, allow_nan=False), st.integers(0, 4)).flatmap(
    lambda fact: st.booleans().map(lambda measured: replace(fact, measured=measured))
)
_FACTS = st.one_of(
    st.sampled_from(list(EXAMPLES.values())), _SCORED, st.builds(failed, st.integers(0, 9), st.integers(0, 4))
)
_STEPS = st.lists(st.tuples(st.sampled_from((1, 1, 1, 1, 1, 1, 0, -1, 2, 5)), _FACTS), max_size=24)


def _fold_holds(steps: list[tuple[int, Any]]) -> None:
    """`steps`: each fact with how far its number is from the newest that the page has."""
    state, known = EMPTY, [EMPTY]
    for ahead, fact in steps:
        seq = state["seq"] + ahead
        said = _as_json(Event(f"0-train/{seq}", fact).plain())
        message = {**said, "seq": seq, "at": "2026-01-02"}
        before = json.dumps(state)
        after = taken(lambda state=state, message=message: fold(state, message), Unfoldable)  # type: ignore[misc]
        assert json.dumps(state) == before, "the state that was folded has changed"
        if ahead > 1:
            assert after is None, "a gap was folded over"
            continue
        assert after is not None
        if ahead < 1:
            assert after is state, "a fact that is known changed the page"
            continue
        assert fold(after, message) is after
        assert _as_json(after) == after
        assert after["seq"] == seq
        assert set(after) == set(EMPTY)
        scores = [one["score"] for search in after["searches"] for one in search["top"]]
        assert len(scores) <= after["counts"]["scored"]
        state = after
        known.append(after)
    assert [one["seq"] for one in known] == list(range(len(known)))


TARGETS = (
    Target(
        "events",
        "a stored fact is refused in a sentence, or read and written to the same",
        changed(_STORED),
        _event_holds,
    ),
    Target(
        "folded events",
        "whatever facts come, doubled, late or after a gap, a page folds the next one only and stays JSON",
        _STEPS,
        _fold_holds,
    ),
)
