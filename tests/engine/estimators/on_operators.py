"""The contract held on the four networks of the small space, for estimators that need nothing trained."""

from __future__ import annotations

import pytest

from nas_engine.candidate import Candidate
from nas_engine.products import Products
from nas_engine.spaces import ChainSpace
from nas_engine.tasks import OpenTask
from nas_engine.testing import EstimatorContract


class OnOperators(EstimatorContract):
    @pytest.fixture
    def products(self, operators: ChainSpace) -> Products:
        return Products(space=operators)

    @pytest.fixture
    def task(self, digits: OpenTask) -> OpenTask:
        return digits

    @pytest.fixture
    def candidates(self, candidates: list[Candidate]) -> list[Candidate]:
        return candidates
