from __future__ import annotations

import pytest

from nas_engine.errors import StateMismatch
from nas_engine.recipe import recipe
from nas_engine.run import Run
from nas_engine.upgrades import STATE_VERSION, STEPS, upgraded
from nas_engine.wire import Plain
from tests.short import SHORT


def _renamed(state: Plain) -> Plain:
    return {"status": state["state"], **{name: value for name, value in state.items() if name != "state"}}


def _counted(state: Plain) -> Plain:
    return {**state, "evaluations": 0}


STEPS_TO_THREE = {1: _renamed, 2: _counted}


def test_an_older_state_is_brought_to_today_s_version_step_by_step() -> None:
    old: Plain = {"version": 1, "state": "running"}
    assert upgraded(old, STEPS_TO_THREE, 3) == {"version": 3, "status": "running", "evaluations": 0}
    assert old == {"version": 1, "state": "running"}
    assert upgraded({"version": 2, "status": "x"}, STEPS_TO_THREE, 3) == {"version": 3, "status": "x", "evaluations": 0}


def test_a_state_of_today_stays_as_it_is() -> None:
    assert upgraded({"version": 3, "status": "x"}, STEPS_TO_THREE, 3) == {"version": 3, "status": "x"}


@pytest.mark.parametrize("version", [0, 4, "2", None, True, 2.0, "x" * 500])
def test_a_state_that_no_step_leads_on_from_is_refused_with_both_versions_and_the_cure(version: object) -> None:
    with pytest.raises(
        StateMismatch, match=r"state is of version .*reads 1 to 3; go on with .*, or start another"
    ) as no:
        upgraded({"version": version}, STEPS_TO_THREE, 3)
    assert len(str(no.value)) < 300


@pytest.mark.parametrize("state", [None, [], "state", 1])
def test_what_is_no_state_is_refused(state: object) -> None:
    with pytest.raises(StateMismatch, match="wanted an object"):
        upgraded(state)


def test_a_step_leads_from_every_older_version_to_the_next() -> None:
    assert sorted(STEPS) == list(range(STATE_VERSION - len(STEPS), STATE_VERSION))
    assert Run(recipe(SHORT)).plain()["version"] == STATE_VERSION


def test_a_run_of_another_version_is_refused_before_anything_else_of_it_is_read() -> None:
    plan = recipe(SHORT)
    with pytest.raises(StateMismatch, match=f"version {STATE_VERSION + 1}"):
        Run.restored(plan, {"version": STATE_VERSION + 1, "of": "tomorrow"})
