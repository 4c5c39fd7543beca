"""A larger budget, and what an earlier run's Work answers of the run that it makes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nas_engine.candidate import Candidate, Evaluation
from nas_engine.errors import Incompatible
from nas_engine.extension import More, extended, files_in, known, room, same_result
from nas_engine.recipe import recipe
from nas_engine.run import Run
from nas_engine.stages.asking import scope_of
from nas_engine.wire import plain, read
from nas_engine.work import Mishap, Result, Work
from tests.engine.test_run import answered, changed

QUICKSTART = recipe(json.loads((Path(__file__).parents[2] / "examples" / "quickstart.json").read_text()))


def test_what_can_be_raised_is_told_with_what_it_is() -> None:
    assert room(QUICKSTART) == {"evaluations": 150, "device_seconds": 220.0, "generations": 10}
    assert room(changed()) == {"evaluations": 40}
    trained = [{"kind": "train", "trainer": {"kind": "uniform_paths", "batches": 10}}]
    assert room(changed(pipeline=trained)) == {}


def test_more_is_added_to_every_limit_that_would_stop_it_and_to_nothing_else() -> None:
    more = extended(QUICKSTART, More(evaluations=50, device_seconds=30, generations=5)).plain
    before: Any = QUICKSTART.plain
    limits, pipeline = before["budget"]["search"], before["pipeline"]
    limits["evaluations"], limits["device_seconds"] = 650, 250.0
    pipeline[3]["strategy"]["cycles"], pipeline[0]["trainer"]["generations"] = 200, 15
    assert more == before


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (More(), "say how many evaluations, device seconds or generations more"),
        (More(device_seconds=5), "does not limit device seconds"),
        (More(generations=1), "does not limit generations"),
    ],
)
def test_an_extension_of_nothing_is_refused(more: More, said: str) -> None:
    with pytest.raises(Incompatible, match=said):
        extended(changed(), more)


# ------------------------------------------------------------------------------------------------- what was done before


def training() -> Work:
    trained = [{"kind": "train", "trainer": {"kind": "uniform_paths", "batches": 10}}]
    return Run(changed(pipeline=trained, budget={"search": {"device_seconds": 100}})).advance().work[0]


WHOLE = Result("0-train", {"why": "finished"}, None, 10.0)


def test_a_training_that_was_taken_to_its_end_brings_its_result_again() -> None:
    work = training()
    assert same_result(work, plain(work), WHOLE) == WHOLE
    assert same_result(work, plain(replace(work, seconds=11.0)), WHOLE) == WHOLE


@pytest.mark.parametrize(
    ("before", "result"),
    [
        ({}, replace(WHOLE, outcome={"why": "device seconds spent"})),
        ({}, replace(WHOLE, outcome={"why": "asked to conclude"})),
        ({}, replace(WHOLE, outcome={"whole": False})),
        ({}, replace(WHOLE, mishap=Mishap("lost worker", "gone"))),
        ({"seconds": 10.0}, WHOLE),
        ({"key": "1-train"}, WHOLE),
        ({"seed": 4}, WHOLE),
        ({"payload": {"space": {}}}, WHOLE),
    ],
)
def test_one_that_was_cut_short_or_was_another_does_not(before: dict[str, Any], result: Result) -> None:
    work = training()
    assert same_result(work, plain(replace(work, **before)), result) is None


def asked_and_answered() -> tuple[Work, dict[tuple[str, str], Evaluation]]:
    """An evaluating Work of two candidates, and the answers to them."""
    run = Run(changed())
    first, second = run.advance(slots=2).work
    both: Any = [*first.payload["candidates"], *second.payload["candidates"]]  # type: ignore[misc]
    work = replace(first, payload={**first.payload, "candidates": both})
    answers = [read(Evaluation, value) for value in answered(work).outcome["evaluations"]]  # type: ignore[attr-defined]
    return work, {(scope_of(work.payload), answer.candidate.key): answer for answer in answers}


def test_answers_that_are_known_are_not_asked_for_again() -> None:
    work, answers = asked_and_answered()
    whole, result = known(work, lambda scope, key: answers.get((scope, key)))
    assert (whole, result) == (work, Result(work.key, answered(work).outcome))
    first = next(iter(answers))
    left, result = known(work, lambda scope, key: answers[first] if (scope, key) == first else None)
    assert result is None
    (candidate,) = left.payload["candidates"]  # type: ignore[misc]
    assert read(Candidate, candidate).key not in first
    assert left.payload["known"] == [plain(answers[first])]
    assert known(work, lambda *_: None) == (work, None)


def test_the_files_of_a_result_are_found_wherever_they_stand() -> None:
    file = {"key": "a.safetensors", "sha256": "00ff"}
    outcome = {"supernet": file, "models": [{"weights": {**file, "key": "b"}}], "none": None, "key": "c"}
    assert list(files_in(outcome)) == [("a.safetensors", "00ff"), ("b", "00ff")]
