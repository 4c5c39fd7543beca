"""A training on augmented batches is exact: never restored and restored at every step, it is the same."""

from __future__ import annotations

from dataclasses import fields, replace
from functools import partial

import pytest
import torch

from nas_engine.augmentations import FlipCrop
from nas_engine.chance import Chance
from nas_engine.products import Products, Ranked, Ranking
from nas_engine.spaces import ChainSpace
from nas_engine.tasks import OpenTask
from nas_engine.testing import TrainerContract
from nas_engine.testing.trainer_contract import Made
from nas_engine.trainers import AutoSpace, Retrain


@pytest.fixture
def varied(digits: OpenTask) -> OpenTask:
    return replace(digits, augmentation=FlipCrop(pad=2, cutout=2))


def ranked(space: ChainSpace, task: OpenTask) -> Products:
    network = space.architecture(["sep3", "mb3_e2", "skip"])
    return Products(space=space, ranking=Ranking((Ranked(network, 0.5, space.cost(network, task.shape)),)))


class TestAugmentedRetrain(TrainerContract):
    tested_beside = frozenset(field.name for field in fields(Retrain))  # in the exam without augmentation

    @pytest.fixture
    def trainer(self) -> Made:
        return partial(Retrain, epochs=2, batch=7)

    @pytest.fixture
    def products(self, operators: ChainSpace, varied: OpenTask) -> Products:
        return ranked(operators, varied)

    @pytest.fixture
    def task(self, varied: OpenTask) -> OpenTask:
        return varied


class TestAugmentedEvolution(TrainerContract):
    tested_beside = frozenset(field.name for field in fields(AutoSpace))

    @pytest.fixture
    def trainer(self) -> Made:
        return partial(AutoSpace, generations=2, steps=2, population=4, cells=2, keep=2, batch=7)

    @pytest.fixture
    def products(self, cells: ChainSpace) -> Products:
        return Products(space=cells)

    @pytest.fixture
    def task(self, varied: OpenTask) -> OpenTask:
        return varied


def test_augmentation_changes_what_is_learned(operators: ChainSpace, digits: OpenTask, varied: OpenTask) -> None:
    learned = []
    for task in (digits, varied):
        trainer = Retrain(epochs=1, batch=19)
        trainer.setup(ranked(operators, task), task, Chance(0))
        trainer.step()
        model = trainer.conclude().model
        assert model is not None
        learned.append(model.tensors)
    assert any(not torch.equal(learned[0][name], learned[1][name]) for name in learned[0])
