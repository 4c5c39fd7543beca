from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest
import torch

from nas_engine.budget import NetworkLimits
from nas_engine.chance import Chance
from nas_engine.errors import Incompatible
from nas_engine.local import run_locally
from nas_engine.products import Products
from nas_engine.recipe import recipe
from nas_engine.spaces import CellSkeleton, ChainSpace, Listed, Subspace, chain, nasbench201, skeleton_named
from nas_engine.supernets import ChainSupernet, Mixture
from nas_engine.tasks import OpenTask
from nas_engine.testing import TrainerContract
from nas_engine.testing.trainer_contract import Made
from nas_engine.trainers import BinarisedPaths


class TestBinarisedPaths(TrainerContract):
    alternatives = {
        "batches": 14,
        "batch": 9,
        "learning_rate": 0.05,
        "weight_decay": 0.01,
        "label_smoothing": 0.0,
        "clip": 0.5,
        "precision": "bf16",
        "warm": 0.9,
        "every": 3,
        "score_rate": 0.01,
        "budget_loss": "mul#log",
        "budget_weight": 9.0,
        "ranked": 2,
    }

    @pytest.fixture
    def trainer(self) -> Made:
        return partial(BinarisedPaths, batches=23, batch=7, every=2, score_rate=0.1, budget_loss="add#linear")

    @pytest.fixture
    def products(self, operators: ChainSpace, digits: OpenTask) -> Products:
        return Products(space=operators, limits=NetworkLimits(madds=middle(operators, digits)))

    @pytest.fixture
    def task(self, digits: OpenTask) -> OpenTask:
        return digits


def middle(space: ChainSpace, task: OpenTask) -> int:
    return space.cost(space.architecture(["sep3", "mb3_e2", "skip"]), task.shape).madds


def trained(products: Products, task: OpenTask, **fields: float) -> BinarisedPaths:
    trainer = BinarisedPaths(**{"batches": 30, "batch": 19, **fields})  # type: ignore[arg-type]
    trainer.setup(products, task, Chance(0))
    for _ in range(trainer.length):
        trainer.step()
    return trainer


def test_what_carries_the_image_becomes_more_probable_than_what_cuts_it_off(digits: OpenTask) -> None:
    lone = CellSkeleton(cells=1, width=8, stages=1)
    space = ChainSpace(lone, (Listed(("none", "conv3")),) * 6, "conv3")
    trainer = trained(Products(space=space), digits, batches=120, score_rate=0.1, every=2, learning_rate=0.1)
    ranking = trainer.conclude().ranking
    assert ranking is not None
    assert len(ranking.entries) == 20
    best = ranking.entries[0]
    assert best.architecture.genes[3] == "conv3" or best.architecture.genes[1] == best.architecture.genes[5] == "conv3"
    assert best.score > 0.6


def test_the_beginning_trains_no_probabilities(operators: ChainSpace, digits: OpenTask) -> None:
    trainer = BinarisedPaths(batches=40, batch=19, every=1, warm=0.5, score_rate=0.5)
    trainer.setup(Products(space=operators), digits, Chance(0))
    certain = [trainer.step()["certainty"] for _ in range(4)]
    assert certain[0] == certain[1]
    assert certain[0] < 0.335
    assert certain[2] > 0.4
    assert certain[3] != certain[2]


def test_steps_of_the_probabilities_leave_the_weights_alone(operators: ChainSpace, digits: OpenTask) -> None:
    trainer = trained(Products(space=operators), digits, batches=10)
    before = {name: value.detach().clone() for name, value in trainer._supernet.named_parameters()}
    rows = trainer._gates.probabilities()
    trainer._train_gates()
    assert all(value.equal(before[name]) for name, value in trainer._supernet.named_parameters())
    assert trainer._gates.probabilities() != rows


def test_weights_and_probabilities_learn_from_different_images(operators: ChainSpace, digits: OpenTask) -> None:
    trainer = BinarisedPaths(batch=19)
    trainer.setup(Products(space=operators), digits, Chance(0))
    seen = []
    for stream in (trainer._stream, trainer._score_stream):
        images = torch.cat([stream.next()[0] for _ in range(stream.per_epoch)])
        seen.append({tuple(image.flatten().tolist()) for image in images})
    assert seen[0]
    assert seen[1]
    assert not seen[0] & seen[1]


def test_only_paths_inside_the_limits_are_trained_and_ranked(
    operators: ChainSpace, digits: OpenTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits, drawn = NetworkLimits(madds=middle(operators, digits)), list[Sequence[str]]()
    path = ChainSupernet.path

    def noted(supernet: ChainSupernet, genes: Sequence[str]) -> Mixture:
        drawn.append(genes)
        return path(supernet, genes)

    monkeypatch.setattr(ChainSupernet, "path", noted)
    ranking = trained(Products(space=operators, limits=limits), digits).conclude().ranking
    assert len(drawn) == 30
    assert len(set(map(tuple, drawn))) > 3
    assert all(limits.allow(operators.cost(operators.architecture(genes), digits.shape)) for genes in drawn)
    assert ranking is not None
    assert ranking.entries
    assert all(limits.allow(entry.cost) for entry in ranking.entries)
    inside = [m for m in operators.members() if limits.allow(operators.cost(m, digits.shape))]
    assert len(inside) < operators.size


def test_limits_that_probable_paths_are_never_inside_are_kept_by_other_paths(digits: OpenTask) -> None:
    space = chain(skeleton_named("tiny"), ("mb3_e6", "skip"))
    limits = NetworkLimits(madds=space.cost(space.architecture(["skip"] * 3), digits.shape).madds)
    trainer = BinarisedPaths(batch=19)
    trainer.setup(Products(space=space, limits=limits), digits, Chance(0))
    for row in trainer._gates.rows:
        row.data = torch.tensor([30.0, -30.0])
    assert trainer._path().genes == ("skip",) * 3


def test_a_set_that_is_no_product_is_refused_with_the_way_out(operators: ChainSpace, digits: OpenTask) -> None:
    few = Subspace.of(operators, set(list(operators.members())[:5]))
    with pytest.raises(Incompatible, match=r"'subspace' with 5 members.*as_product"):
        BinarisedPaths().setup(Products(space=few), digits, Chance(0))
    BinarisedPaths().setup(Products(space=few.as_product()), digits, Chance(0))


def test_it_searches_repeated_cells(digits: OpenTask) -> None:
    trainer = trained(Products(space=nasbench201(cells=1, width=4)), digits, batches=10, every=2, warm=0.0)
    ranking = trainer.conclude().ranking
    assert ranking is not None
    assert len(ranking.entries) == 20
    assert all(len(row) == 5 for row in trainer._gates.probabilities())


def test_a_run_trains_the_most_probable_network(tmp_path: Path) -> None:
    plan = recipe(
        {
            "version": 1,
            "name": "paths",
            "task": {"kind": "image_classification"},
            "space": {"kind": "chain", "skeleton": "tiny", "operators": ["mb3_e2", "sep3", "skip"]},
            "pipeline": [
                {"kind": "train", "trainer": {"kind": "binarised_paths", "batches": 12, "batch": 31, "every": 2}},
                {"kind": "retrain", "trainer": {"epochs": 1, "batch": 97}, "seeds": 1},
            ],
        }
    )
    state = run_locally(plan, tmp_path / "run")
    assert (state.status, state.reason) == ("finished", "")
    ranking = state.holdings.ranking
    assert ranking is not None
    assert len(ranking.entries) == 20
    winners = {model.architecture for model in state.holdings.models if model.subject == "winner"}
    assert winners == {ranking.entries[0].architecture}
