from __future__ import annotations

from math import inf, log1p

import pytest
import torch
from scipy.stats import spearmanr
from torch import nn

from nas_engine.candidate import Candidate, Evaluation, Failure
from nas_engine.estimators import Estimator, Synflow
from nas_engine.products import Products
from nas_engine.shapes import TaskShape
from nas_engine.spaces import ChainSpace, nasbench201
from nas_engine.tasks import OpenTask
from nas_engine.testing import MemoryContext
from tests.engine.estimators.noise import noise
from tests.engine.estimators.on_operators import OnOperators
from tests.engine.shared_tables import zero_cost


class TestSynflow(OnOperators):
    @pytest.fixture
    def estimator(self) -> Estimator:
        return Synflow()


def flow(*layers: nn.Module, width: int) -> float:
    """Of a network of these layers, for an image of `width` channels and one pixel."""
    return Synflow().score(nn.Sequential(*layers), noise(TaskShape(width, 1, 1, 2)), seed=0)


def test_of_two_layers_it_is_the_sum_over_all_paths_once_for_each_layer() -> None:
    first, last = nn.Conv2d(3, 4, 1, bias=False), nn.Linear(4, 2, bias=False)
    a, b = first.weight.detach().abs().flatten(1).double(), last.weight.detach().abs().double()
    paths = float((b @ a).sum())
    assert flow(first, nn.ReLU(), nn.Flatten(), last, width=3) == pytest.approx(log1p(2 * paths), rel=1e-12)


def test_batch_norms_are_left_out_and_a_full_relu6_passes_the_flow_on() -> None:
    def layers(*between: nn.Module) -> list[nn.Module]:
        first, last = nn.Conv2d(3, 4, 1), nn.Linear(4, 2)
        for parameter in (*first.parameters(), *last.parameters()):
            nn.init.constant_(parameter, -5.0)
        return [first, *between, nn.Flatten(), last]

    plain = flow(*layers(nn.ReLU()), width=3)
    assert flow(*layers(nn.BatchNorm2d(4), nn.ReLU6(), nn.Dropout(0.9)), width=3) == plain
    assert plain > 4


def test_a_cell_that_is_cut_off_scores_least() -> None:
    cells = nasbench201(cells=1, width=4)
    asked = [Candidate(cells.architecture([label] * 6)) for label in ("none", "skip", "conv1", "conv3")]
    answers = Synflow().estimate(asked, Products(space=cells), noise(TaskShape(3, 8, 8, 10)), MemoryContext())
    scores = [answer.score for answer in answers if isinstance(answer, Evaluation)]
    assert scores[0] == 0
    assert scores == sorted(scores)
    assert len(set(scores)) == 4


def test_a_flow_beyond_all_numbers_is_a_failure_that_says_so(
    candidates: list[Candidate], operators: ChainSpace, digits: OpenTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    huge = [nn.Conv2d(1, 1, 1, bias=False, dtype=torch.float64) for _ in range(2)]
    for layer in huge:
        nn.init.constant_(layer.weight, 1e200)
    too_much = flow(*huge, width=1)
    assert too_much == inf
    monkeypatch.setattr(Synflow, "score", lambda *_, **__: too_much)
    (answer,) = Synflow().estimate(candidates[:1], Products(space=operators), digits, MemoryContext())
    assert isinstance(answer, Failure)
    assert answer.reason == "not finite"
    assert "use a shallower skeleton" in answer.message


@pytest.mark.shared_data
def test_it_ranks_the_cells_of_nas_bench_201_as_published() -> None:
    """Smaller networks with other random weights than the published ones, so not to the last place."""
    known, cells = zero_cost("synflow"), nasbench201(cells=1, width=8)
    picked = list(known)[:: len(known) // 24][:24]
    asked = [Candidate(cells.architecture(cell.genes)) for cell in picked]
    answers = Synflow().estimate(asked, Products(space=cells), noise(TaskShape(3, 16, 16, 10)), MemoryContext())
    got = [answer.score for answer in answers if isinstance(answer, Evaluation)]
    assert spearmanr(got, [known[cell] for cell in picked]).statistic > 0.9
