from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from scipy.stats import spearmanr
from torch import nn

from nas_engine.candidate import Candidate, Evaluation, Failure
from nas_engine.estimators import Estimator, Naswot
from nas_engine.products import Products
from nas_engine.shapes import TaskShape
from nas_engine.spaces import ChainSpace, nasbench201
from nas_engine.tasks import OpenTask, Split
from nas_engine.testing import MemoryContext
from tests.engine.estimators.noise import noise
from tests.engine.estimators.on_operators import OnOperators
from tests.engine.shared_tables import zero_cost


class TestNaswot(OnOperators):
    alternatives = {"batch_size": 9}

    @pytest.fixture
    def estimator(self) -> Estimator:
        return Naswot(batch_size=17)


def seeing(*images: list[float]) -> OpenTask:
    """A task of images with one pixel a channel."""
    task = noise(TaskShape(len(images[0]), 1, 1, 2))
    return replace(task, train=Split(torch.tensor(images)[:, :, None, None], torch.zeros(len(images))))


@pytest.mark.parametrize("kind", [nn.ReLU, nn.ReLU6])
def test_it_is_the_log_determinant_of_the_units_that_each_two_images_switch_alike(kind: type[nn.Module]) -> None:
    task = seeing([1.0, 1.0, -1.0, 9.0], [1.0, -1.0, -1.0, 2.0], [0.0, -1.0, -1.0, -2.0])
    alike = torch.tensor([[4, 3, 1], [3, 4, 2], [1, 2, 4]], dtype=torch.float64)  # zero is off
    wanted = float(torch.logdet(alike))
    assert Naswot().score(nn.Sequential(kind()), task, seed=0) == pytest.approx(wanted)


def test_every_unit_of_the_network_counts_and_a_sigmoid_does_not() -> None:
    task = seeing([1.0, 1.0, -1.0, 9.0], [1.0, -1.0, -1.0, 2.0], [0.0, -1.0, -1.0, -2.0])
    alike = torch.tensor([[4, 3, 1], [3, 4, 2], [1, 2, 4]], dtype=torch.float64)
    twice = nn.Sequential(nn.ReLU(), nn.Sigmoid(), nn.Threshold(0.6, 0.0), nn.ReLU6())  # switched as before
    assert Naswot().score(twice, task, seed=0) == pytest.approx(float(torch.logdet(2 * alike)))


def test_images_that_no_unit_tells_apart_are_a_failure_that_says_so(operators: ChainSpace, digits: OpenTask) -> None:
    twice = replace(digits, train=digits.train.part([0, 1, 2, 3, 0]))
    asked = Candidate(operators.reference)
    (answer,) = Naswot(batch_size=5).estimate([asked], Products(space=operators), twice, MemoryContext())
    assert isinstance(answer, Failure)
    assert answer.reason == "not finite"
    assert "lower estimator.batch_size (now 5)" in answer.message


@pytest.mark.shared_data
def test_it_ranks_the_cells_of_nas_bench_201_much_as_published() -> None:
    """Smaller networks that see noise instead of CIFAR-10."""
    known, cells = zero_cost("nwot"), nasbench201(cells=1, width=8)
    picked = list(known)[:: len(known) // 24][:24]
    asked = [Candidate(cells.architecture(cell.genes)) for cell in picked]
    answers = Naswot(32).estimate(asked, Products(space=cells), noise(TaskShape(3, 16, 16, 10)), MemoryContext())
    got = [answer.score for answer in answers if isinstance(answer, Evaluation)]
    assert spearmanr(got, [known[cell] for cell in picked]).statistic > 0.8
