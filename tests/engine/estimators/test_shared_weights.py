from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from nas_engine.candidate import Candidate, Evaluation, Failure
from nas_engine.chance import Chance
from nas_engine.errors import Cancelled
from nas_engine.estimators import Estimator, SharedWeights
from nas_engine.estimators.shared_weights import recalibrate
from nas_engine.products import Products
from nas_engine.spaces import ChainSpace, chain
from nas_engine.supernets import child_tensors
from nas_engine.tasks import Batches, OpenTask, Split, accuracy
from nas_engine.testing import EstimatorContract, MemoryContext


class TestSharedWeights(EstimatorContract):
    alternatives = {"calibration": 1, "calibration_batch": 7}

    @pytest.fixture
    def estimator(self) -> Estimator:
        return SharedWeights(calibration=3, calibration_batch=31)

    @pytest.fixture
    def products(self, trained: Products) -> Products:
        return trained

    @pytest.fixture
    def task(self, digits: OpenTask) -> OpenTask:
        return digits

    @pytest.fixture
    def candidates(self, candidates: list[Candidate]) -> list[Candidate]:
        return candidates


def score(estimator: SharedWeights, candidate: Candidate, products: Products, task: OpenTask) -> float:
    (answer,) = estimator.estimate([candidate], products, task, MemoryContext())
    assert isinstance(answer, Evaluation)
    return answer.score


def test_without_recalibration_the_score_is_that_of_the_path_as_it_was_left(
    candidates: list[Candidate], trained: Products, operators: ChainSpace, digits: OpenTask
) -> None:
    assert trained.supernet is not None
    for candidate in candidates:
        child = operators.build(candidate.architecture, digits.shape)
        child.load_state_dict(child_tensors(trained.supernet, candidate.architecture.genes))
        stale = score(SharedWeights(calibration=0), candidate, trained, digits)
        assert stale == accuracy(child, digits.validation)


def test_recalibration_makes_the_paths_of_a_supernet_better(
    candidates: list[Candidate], trained: Products, digits: OpenTask
) -> None:
    stale = sum(score(SharedWeights(calibration=0), candidate, trained, digits) for candidate in candidates)
    fresh = sum(score(SharedWeights(calibration=4), candidate, trained, digits) for candidate in candidates)
    assert fresh > stale


def test_recalibrated_statistics_are_the_plain_average_over_the_batches() -> None:
    norm = nn.BatchNorm2d(2, momentum=0.3)
    images = torch.randn(12, 2, 3, 3, generator=torch.Generator().manual_seed(0))
    batches = Batches(Split(images, torch.zeros(12)), 4, seed=0)
    drawn = Batches(Split(images, torch.zeros(12)), 4, seed=0)
    seen: list[Tensor] = [drawn.next()[0] for _ in range(3)]
    recalibrate(nn.Sequential(norm), batches, 3)
    mean = torch.stack([batch.mean(dim=(0, 2, 3)) for batch in seen]).mean(dim=0)
    variance = torch.stack([batch.var(dim=(0, 2, 3)) for batch in seen]).mean(dim=0)
    found = norm.state_dict()
    torch.testing.assert_close(found["running_mean"], mean)
    torch.testing.assert_close(found["running_var"], variance)
    assert norm.momentum == 0.3


def test_recalibration_on_no_batches_changes_nothing() -> None:
    norm = nn.BatchNorm2d(2)
    norm.state_dict()["running_mean"].fill_(7.0)
    recalibrate(nn.Sequential(norm), Batches(Split(torch.zeros(4, 2, 1, 1), torch.zeros(4)), 2, seed=0), 0)
    assert norm.state_dict()["running_mean"].tolist() == [7.0, 7.0]


def test_a_network_that_the_supernet_has_no_weights_for_fails_and_says_which(
    operators: ChainSpace, trained: Products, digits: OpenTask
) -> None:
    wider = chain(operators.skeleton, ("mb3_e2", "mb5_e2"))
    asked = Candidate(wider.architecture(["mb3_e2", "mb5_e2", "mb3_e2"]))
    (answer,) = SharedWeights().estimate([asked], trained, digits, MemoryContext())
    assert isinstance(answer, Failure)
    assert answer.reason == "recipe"
    assert "no weights for block_1." in answer.message


def test_it_can_be_cancelled_between_two_candidates(
    candidates: list[Candidate], trained: Products, digits: OpenTask
) -> None:
    context = MemoryContext(checks=2)
    with pytest.raises(Cancelled):
        SharedWeights(calibration=1).estimate(candidates, trained, digits, context)
    assert [done for done, _, _ in context.gauges] == [1, 2]


def test_the_better_trained_of_two_supernets_scores_its_children_higher(
    candidates: list[Candidate], trained: Products, operators: ChainSpace, digits: OpenTask
) -> None:
    with Chance(0).owning_torch():
        fresh = Products(space=operators, supernet=dict(operators.supernet(digits.shape).state_dict()))
    pairs = [[score(SharedWeights(), c, products, digits) for products in (fresh, trained)] for c in candidates]
    assert sum(after for _, after in pairs) > sum(before for before, _ in pairs) + 0.3
