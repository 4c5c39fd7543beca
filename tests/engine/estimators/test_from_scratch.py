from __future__ import annotations

from dataclasses import replace

import pytest

from nas_engine.candidate import Candidate, Evaluation, Failure, Fidelity
from nas_engine.errors import BudgetSpent
from nas_engine.estimators import Estimator, FromScratch
from nas_engine.products import Products
from nas_engine.spaces import ChainSpace, Skeleton, Stage, chain
from nas_engine.tasks import OpenTask
from nas_engine.testing import MemoryContext
from nas_engine.work import Work
from tests.engine.estimators.on_operators import OnOperators


class TestFromScratch(OnOperators):
    alternatives = {"epochs": 1, "batch_size": 61, "learning_rate": 0.02}
    tested_beside = frozenset({"precision"})  # a score is a share of few images

    @pytest.fixture
    def estimator(self) -> Estimator:
        return FromScratch(epochs=2, batch_size=67)

    @pytest.fixture
    def candidates(self, candidates: list[Candidate]) -> list[Candidate]:
        return candidates[:3]


@pytest.fixture
def candidate(candidates: list[Candidate]) -> Candidate:
    return candidates[0]


@pytest.fixture
def products(operators: ChainSpace) -> Products:
    return Products(space=operators)


def context_of(seed: int = 0, seconds: float | None = None, tick: float = 0.0) -> MemoryContext:
    return MemoryContext(Work("0-evaluate-0", 0, "evaluate", {}, seed, seconds), tick=tick)


def curve(candidate: Candidate, products: Products, task: OpenTask, seed: int = 0, **fields: object) -> list[object]:
    """The training's facts, which tell how long it was and what it saw."""
    context = context_of(seed)
    FromScratch(**{"epochs": 2, "batch_size": 67, **fields}).estimate([candidate], products, task, context)  # type: ignore[arg-type]
    return list(context.facts)


def test_a_candidate_is_trained_for_the_epochs_that_its_fidelity_says(
    candidate: Candidate, products: Products, digits: OpenTask
) -> None:
    asked = replace(candidate, fidelity=Fidelity(epochs=5))
    assert curve(asked, products, digits) == curve(candidate, products, digits, epochs=5)
    assert curve(asked, products, digits) != curve(candidate, products, digits, epochs=2)


def test_a_candidate_sees_the_share_of_the_images_that_its_fidelity_says(
    candidate: Candidate, products: Products, digits: OpenTask
) -> None:
    half = replace(candidate, fidelity=Fidelity(share=0.5))
    context = context_of()
    FromScratch(epochs=10, batch_size=97).estimate([half], products, digits, context)
    steps = [total for _, total, _ in context.gauges]
    assert steps == [1], "195 / 2 images are one batch of 97, ten times: one step of ten batches"


def test_the_smallest_share_is_two_images(digits: OpenTask) -> None:
    one_pixel = chain(Skeleton((Stage(4, blocks=1, stride=4), Stage(4, blocks=1, stride=2)), stem=4), ("conv3",))
    asked = Candidate(one_pixel.reference, Fidelity(epochs=1, share=1e-9))
    (answer,) = FromScratch().estimate([asked], Products(space=one_pixel), digits, context_of())
    assert isinstance(answer, Evaluation), "batch-norm cannot learn from one pixel of one image"


def test_another_repeat_or_another_run_trains_otherwise(
    candidate: Candidate, products: Products, digits: OpenTask
) -> None:
    usual = curve(candidate, products, digits)
    assert curve(replace(candidate, repeat=1), products, digits) != usual
    assert curve(candidate, products, digits, seed=1) != usual


def test_a_candidate_is_trained_in_the_precision_of_the_estimator(
    candidate: Candidate, products: Products, digits: OpenTask
) -> None:
    usual, bf16, fp16 = (curve(candidate, products, digits, precision=each) for each in ("off", "bf16", "fp16"))
    assert usual == curve(candidate, products, digits)
    assert bf16 != usual
    assert fp16 not in (usual, bf16)


def test_a_training_that_diverges_is_a_failure_and_no_exception(
    candidate: Candidate, products: Products, digits: OpenTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(OpenTask, "loss", lambda *given, **_: given[1].sum() * float("nan"))
    (answer,) = FromScratch(epochs=1).estimate([candidate], products, digits, context_of())
    assert isinstance(answer, Failure)
    assert answer.reason == "not finite"
    assert "lower the learning rate" in answer.message


def test_a_training_that_runs_out_of_time_is_a_failure(
    candidate: Candidate, products: Products, digits: OpenTask
) -> None:
    context = context_of(seconds=1.0, tick=1.0)
    (answer,) = FromScratch(epochs=9).estimate([candidate], products, digits, context)
    assert isinstance(answer, Failure)
    assert answer.reason == "time limit"
    assert len(context.gauges) == 1, "one step was taken, and no more"


def test_without_time_for_one_step_the_work_ends(candidate: Candidate, products: Products, digits: OpenTask) -> None:
    with pytest.raises(BudgetSpent, match="device_seconds"):
        FromScratch().estimate([candidate], products, digits, context_of(seconds=0.0))


def test_more_training_finds_more(candidates: list[Candidate], products: Products, digits: OpenTask) -> None:
    def mean(epochs: int) -> float:
        answers = FromScratch(epochs=epochs, batch_size=37).estimate(candidates, products, digits, context_of())
        return sum(answer.score for answer in answers if isinstance(answer, Evaluation)) / len(answers)

    assert mean(8) > mean(1) + 0.15
