from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest
from pydantic import ValidationError

from nas_engine.architecture import Architecture
from nas_engine.budget import Cost
from nas_engine.candidate import Candidate, Evaluation, Failure, FailureReason, Fidelity
from nas_engine.errors import StateMismatch
from nas_engine.wire import adapter, plain, read

CHAIN = Architecture("chain", "0123456789abcdef", ("conv3", "skip"))
ASKED = Candidate(CHAIN, Fidelity(epochs=4, share=0.5), repeat=1, parents=("aa", "bb"))


@pytest.mark.parametrize(
    "other",
    [
        replace(ASKED, architecture=CHAIN.with_gene(0, "conv5")),
        replace(ASKED, fidelity=Fidelity(epochs=5, share=0.5)),
        replace(ASKED, fidelity=Fidelity(epochs=4, share=0.6)),
        replace(ASKED, fidelity=Fidelity()),
        replace(ASKED, repeat=2),
    ],
)
def test_another_architecture_fidelity_or_repeat_is_another_question(other: Candidate) -> None:
    assert other.key != ASKED.key


def test_parents_do_not_make_it_another_question() -> None:
    assert replace(ASKED, parents=()).key == ASKED.key


def test_a_promoted_candidate_continues_its_own_stream() -> None:
    assert replace(ASKED, fidelity=Fidelity(epochs=9)).seed(3) == ASKED.seed(3)


def test_the_seed_differs_by_run_architecture_and_repeat() -> None:
    others = [replace(ASKED, architecture=CHAIN.with_gene(0, "conv5")), replace(ASKED, repeat=2)]
    assert len({ASKED.seed(3), ASKED.seed(4), *(other.seed(3) for other in others)}) == 4


@pytest.mark.parametrize("wrong", [{"epochs": 0}, {"share": 0}, {"share": 1.1}, {"seconds": 3}])
def test_a_fidelity_out_of_its_ranges_is_refused_where_it_is_read(wrong: dict[str, float]) -> None:
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        adapter(Fidelity).validate_python(wrong)


@pytest.mark.parametrize(
    "value",
    [
        Fidelity(),
        ASKED,
        Evaluation(ASKED, 0.875, Cost(3, 5), {"loss": 0.5}),
        Failure(ASKED, "out of memory", "12 GB were not enough"),
    ],
)
def test_questions_and_answers_read_back_from_plain_data_also_once_keys_were_asked_for(value: object) -> None:
    assert ASKED.key
    assert read(type(value), plain(value)) == value


def test_plain_data_holds_the_fields_and_no_cached_key() -> None:
    assert ASKED.key
    assert set(plain(ASKED)) == {"architecture", "fidelity", "repeat", "parents"}


@pytest.mark.parametrize("reason", get_args(FailureReason))
def test_every_reason_of_a_failure_reads_back(reason: FailureReason) -> None:
    assert read(Failure, plain(Failure(ASKED, reason))).reason == reason


def test_a_stored_failure_for_a_reason_nobody_knows_is_refused() -> None:
    stored = plain(Failure(ASKED, "ours")) | {"reason": "bad luck"}
    with pytest.raises(StateMismatch, match="stored Failure: reason"):
        read(Failure, stored)
