from __future__ import annotations

import pytest

from nas_engine.budget import Cost
from nas_engine.candidate import Candidate, Evaluation, Failure
from nas_engine.spaces import chain, skeleton_named
from nas_engine.strategies.sample import Sample
from nas_engine.wire import plain, read

NETWORKS = list(chain(skeleton_named("tiny"), ("conv3", "skip")).members())[:5]


def told(number: int, score: float) -> Evaluation:
    return Evaluation(Candidate(NETWORKS[number]), score, Cost())


def test_each_network_is_asked_about_once_and_in_order() -> None:
    sample = Sample(NETWORKS)
    assert sample.ask(2) + sample.ask(2) + sample.ask(2) == NETWORKS
    assert sample.ask(2) == []


def test_it_is_complete_once_all_are_answered_failures_too_in_any_order() -> None:
    sample = Sample(NETWORKS)
    sample.ask(5)
    sample.tell([told(3, 0.5), told(0, 0.1), Failure(Candidate(NETWORKS[4]), "not finite")])
    assert not sample.complete
    sample.tell([told(2, 0.3), told(1, 0.2)])
    assert sample.complete
    assert sample.scored == NETWORKS[:4]
    assert sample.mean == pytest.approx(0.275)


def test_answers_in_another_order_give_the_same_mean_bit_for_bit() -> None:
    answers = [told(number, score) for number, score in enumerate((0.1, 0.7, 1e-17, 0.3, 1e9))]
    one, other = Sample(NETWORKS), Sample(NETWORKS)
    one.tell(answers)
    other.tell(answers[::-1])
    assert one.mean == other.mean


def test_it_is_read_back_as_it_was() -> None:
    sample = Sample(NETWORKS)
    sample.ask(3)
    sample.tell([told(1, 0.5)])
    assert read(Sample, plain(sample)) == sample
