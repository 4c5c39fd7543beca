from __future__ import annotations

from functools import partial

import pytest

from nas_engine.budget import NetworkLimits
from nas_engine.products import Products
from nas_engine.spaces import ChainSpace
from nas_engine.tasks import OpenTask
from nas_engine.testing import TrainerContract
from nas_engine.testing.trainer_contract import Made
from nas_engine.trainers import AutoSpace, autospace


class TestAutoSpace(TrainerContract):
    alternatives = {
        "generations": 2,
        "steps": 1,
        "population": 4,
        "cells": 1,
        "keep": 1,
        "tournament": 1,
        "mutation": 0.0,
        "reference": False,
        "memory": 1.0,
        "warm": 0.9,
        "every": 1,
        "split": "joint",
        "batch": 9,
        "learning_rate": 0.05,
        "score_rate": 0.1,
        "weight_decay": 0.01,
        "clip": 0.5,
        "budget_loss": "mul#log",
        "budget_weight": 1.0,
        "reject": 0.8,
    }
    tested_beside = frozenset({"margin"})

    @pytest.fixture(autouse=True)
    def short_steps(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Three batches each, six a generation: the questions are many."""
        monkeypatch.setattr(autospace, "STEP_BATCHES", 3)

    @pytest.fixture
    def trainer(self) -> Made:
        return partial(AutoSpace, generations=3, steps=2, population=3, cells=2, keep=2, batch=7)

    @pytest.fixture
    def products(self, cells: ChainSpace, digits: OpenTask) -> Products:
        tight = cells.cost(cells.reference, digits.shape).madds // 2
        return Products(space=cells, limits=NetworkLimits(madds=tight))

    @pytest.fixture
    def task(self, digits: OpenTask) -> OpenTask:
        return digits
