from __future__ import annotations

from functools import partial

import pytest

from nas_engine.budget import NetworkLimits
from nas_engine.products import Products
from nas_engine.spaces import ChainSpace
from nas_engine.tasks import OpenTask
from nas_engine.testing import TrainerContract
from nas_engine.testing.trainer_contract import Made
from nas_engine.trainers import UniformPaths


class TestUniformPaths(TrainerContract):
    alternatives = {
        "batches": 14,
        "batch": 9,
        "learning_rate": 0.05,
        "weight_decay": 0.01,
        "label_smoothing": 0.1,
        "clip": 0.5,
    }

    @pytest.fixture
    def trainer(self) -> Made:
        return partial(UniformPaths, batches=23, batch=7)

    @pytest.fixture
    def products(self, operators: ChainSpace, digits: OpenTask) -> Products:
        middle = operators.cost(operators.architecture(["sep3", "mb3_e2", "skip"]), digits.shape).madds
        return Products(space=operators, limits=NetworkLimits(madds=middle))

    @pytest.fixture
    def task(self, digits: OpenTask) -> OpenTask:
        return digits
