"""The alarm, as stages raise it: once, where something is concluded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nas_engine.candidate import Candidate, Evaluation
from nas_engine.events import Event, Warned
from nas_engine.spaces import ChainSpace, autospace, skeleton_named, space
from nas_engine.wire import plain, read
from nas_engine.work import Result, Work
from tests.engine.driven import changed, driven

CELLS = {"kind": "autospace", "skeleton": "tiny", "expansion": 2}
SPACE = autospace(skeleton_named("tiny"), expansion=2)
EMPTY, FULL = "2/1,2/1,2 D0 00 e2", "3/1,2/1,2 D0 00 e2"
EVOLVE: dict[str, Any] = {"kind": "train", "name": "evolve", "trainer": {"kind": "autospace"}}
DRAW: dict[str, Any] = {
    "kind": "search",
    "strategy": {"kind": "random", "draws": 8},
    "estimator": {"kind": "from_scratch"},
}


def warned(evolved: ChainSpace, prefers: str, *after: dict[str, Any]) -> list[str]:
    """What a run warns of whose evolution ends in this space, and that scores networks by how often they hold a cell."""

    def answer(work: Work) -> Result:
        if work.kind == "train":
            return Result(work.key, {"why": "finished", "space": evolved.plain()}, None, 1.0)
        asked = [read(Candidate, value) for value in work.payload["candidates"]]  # type: ignore[attr-defined]
        held, shape = space(work.payload["space"]), changed(space=CELLS).task.shape  # type: ignore[arg-type]
        found = [
            Evaluation(one, one.architecture.genes.count(prefers), held.cost(one.architecture, shape)) for one in asked
        ]
        return Result(work.key, {"evaluations": [plain(one) for one in found], "failures": []}, None, 1.0)

    state, events, _ = driven(changed(space=CELLS, pipeline=[EVOLVE, *after]), answer=answer)
    assert state.status == "finished"
    return texts(events)


def texts(events: Sequence[Event]) -> list[str]:
    return [event.fact.text for event in events if isinstance(event.fact, Warned)]


def narrowed(*labels: str) -> ChainSpace:
    return SPACE.narrowed(dict.fromkeys(SPACE.skeleton.groups, labels))


def test_a_concluded_space_and_a_concluded_winner_are_told_once_each() -> None:
    evolved = narrowed(EMPTY, "2/2,2/1,2 D0 00 e2", FULL)
    said = warned(evolved, EMPTY, DRAW, {"kind": "quality", "networks": 2})
    assert len(said) == 3 + 1
    assert all(text.startswith("stage 'evolve': operators without parameters take over stage ") for text in said[:3])
    assert said[3].startswith("stage 'search': operators without parameters take over the winner's places: 100%")


def test_a_healthy_space_with_a_healthy_winner_raises_none() -> None:
    assert warned(narrowed(EMPTY, FULL), FULL, DRAW) == []
