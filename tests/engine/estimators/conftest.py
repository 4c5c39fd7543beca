"""A task, a space and a supernet so small that a candidate is scored in a moment."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nas_engine.candidate import Candidate
from nas_engine.chance import Chance
from nas_engine.products import Products
from nas_engine.spaces import ChainSpace, chain, skeleton_named
from nas_engine.tasks import ImageClassification, OpenTask
from nas_engine.trainers import UniformPaths


@pytest.fixture(scope="session")
def digits() -> OpenTask:
    """The digits, the first 195 to train and 180 to validate."""
    whole = ImageClassification().open()
    return replace(whole, train=whole.train.part(list(range(195))), validation=whole.validation.part(list(range(180))))


@pytest.fixture(scope="session")
def operators() -> ChainSpace:
    """Three places, four operators."""
    return chain(skeleton_named("tiny"), ("mb3_e2", "sep3", "conv1", "skip"))


@pytest.fixture(scope="session")
def candidates(operators: ChainSpace) -> list[Candidate]:
    """Four of its networks."""
    genes = (["mb3_e2"] * 3, ["sep3", "conv1", "skip"], ["conv1"] * 3, ["skip", "mb3_e2", "sep3"])
    return [Candidate(operators.architecture(labels)) for labels in genes]


@pytest.fixture(scope="session")
def trained(operators: ChainSpace, digits: OpenTask) -> Products:
    """The space and a supernet of it that has learned a little."""
    trainer = UniformPaths(batches=250, batch=31)
    trainer.setup(Products(space=operators), digits, Chance(0))
    while trainer.position < trainer.length:
        trainer.step()
    return Products(space=operators, supernet=trainer.conclude().supernet)
