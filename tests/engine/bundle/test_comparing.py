"""Equal is equal; else the first difference is named, and where the environment differs nothing is claimed."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pytest

from nas_engine.bundle import Compared, Surroundings, blocks, compared, opened, surroundings
from nas_engine.errors import Incompatible
from nas_engine.events import CandidateEvaluated, Event, RunAsked, Warned
from tests.bundled import HERE, MadeUp, bundle

OTHER: Surroundings = {**HERE, "torch": "2.5.1"}


def held(ours: MadeUp, environments: Sequence[Surroundings] = (HERE,), theirs: bytes = b"") -> Compared:
    with opened(io.BytesIO(theirs or bundle())) as found:
        return compared(found, ours, environments)


def scored(run: MadeUp, nth: int) -> int:
    return [place for place, event in enumerate(run.facts) if isinstance(event.fact, CandidateEvaluated)][nth]


def test_the_same_run_is_equal() -> None:
    found = held(MadeUp())
    assert found.equal
    assert found.said() == f"it came out equal: history digest {MadeUp().history_digest()}"


def test_what_a_person_asked_and_warnings_make_no_difference() -> None:
    ours = MadeUp()
    ours.facts[2:2] = [Event("asked/1", RunAsked("pause")), Event("careful", Warned(0, "careful"))]
    assert held(ours).equal


def test_the_first_field_that_differs_is_named() -> None:
    ours = MadeUp()
    for nth in (4, 3, 5):
        ours.change(scored(ours, nth), score=0.123)
    found = held(ours)
    assert found.difference is not None
    first = scored(ours, 3)
    assert (found.difference.number, found.difference.kind) == (first + 1, "candidate evaluated")
    assert (found.difference.field, found.difference.ours) == ("payload.score", "0.123")
    assert f"fact {first + 1} (candidate evaluated, " in found.said()
    assert "0.123 here" in found.said()


def test_a_fact_on_one_side_only_is_named() -> None:
    ours, more = MadeUp(), MadeUp()
    gone = ours.facts.pop(scored(ours, 4))
    found = held(ours)
    assert found.difference is not None
    assert (found.difference.key, found.difference.theirs, found.difference.ours) == (gone.key, "there", "missing")
    twice = Event(f"{gone.key}-again", gone.fact)
    more.facts.append(twice)
    found = held(more)
    assert found.difference is not None
    assert (found.difference.key, found.difference.theirs, found.difference.ours) == (twice.key, "missing", "there")


def test_a_state_that_differs_is_the_last_thing_that_is_named() -> None:
    ours = MadeUp()
    state = ours.state()
    assert state is not None
    state["seconds"] = {"0": 99.0}
    assert held(ours).equal
    spent = state["evaluations"]
    state["evaluations"] = 41
    found = held(ours)
    assert found.difference is not None
    assert (found.difference.number, found.difference.field, found.difference.theirs) == (
        None,
        "evaluations",
        str(spent),
    )
    assert f"the state that the run ended in, field evaluations: {spent} in the bundle, 41 here" in found.said()


def test_another_seed_is_another_run() -> None:
    found = held(MadeUp(seed=4))
    assert found.difference is not None
    assert (found.difference.number, found.difference.field) == (1, "payload.recipe")


def test_where_the_environment_differs_nothing_is_claimed_of_a_difference() -> None:
    said = held(MadeUp(seed=4), (OTHER,)).said()
    assert "The environment is another one, so this says nothing: torch is 2.4.0 there and 2.5.1 here" in said
    assert held(MadeUp(), (OTHER,)).said().startswith("it came out equal")


def test_several_slots_are_said() -> None:
    theirs = b"".join(blocks(MadeUp().recorded(slots=2)))
    assert "It had 2 slots" in held(MadeUp(seed=4), theirs=theirs).said()


def test_environments_are_compared_field_by_field() -> None:
    assert surroundings((HERE,), (HERE,)) == []
    assert surroundings((HERE, OTHER), (OTHER, HERE)) == []
    assert surroundings((HERE,), (HERE, OTHER)) == ["torch is 2.4.0 there and 2.4.0 and 2.5.1 here"]
    assert surroundings((), (HERE,)) == ["the environment was not recorded in the bundle"]
    assert surroundings((HERE,), ()) == ["the environment was not recorded here"]
    assert surroundings((HERE,), ({**HERE, "gpu": "x"},)) == ["gpu is unknown there and x here"]


@pytest.mark.parametrize("status", ["running", "failed", "cancelled"])
def test_a_run_that_did_not_end_by_itself_cannot_be_compared(status: str) -> None:
    theirs = b"".join(blocks(MadeUp().recorded(status=status)))
    with pytest.raises(Incompatible, match=f"is {status}, and only one that has ended by itself"):
        held(MadeUp(), theirs=theirs)


def test_a_search_that_a_person_ended_early_cannot_be_compared() -> None:
    run = MadeUp()
    state = run.state()
    assert state is not None
    theirs = b"".join(blocks(run.recorded(state={**state, "concluding": True})))
    with pytest.raises(Incompatible, match="a person ended the search"):
        held(MadeUp(), theirs=theirs)
