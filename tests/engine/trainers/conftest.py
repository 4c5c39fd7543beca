"""A task and spaces so small that a trainer takes a step in a moment."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nas_engine.spaces import ChainSpace, Skeleton, Stage, autospace, chain, skeleton_named
from nas_engine.tasks import ImageClassification, OpenTask


@pytest.fixture(scope="session")
def digits() -> OpenTask:
    """The digits, the first 95 to train and 40 to validate: odd numbers for every batch."""
    whole = ImageClassification().open()
    return replace(whole, train=whole.train.part(list(range(95))), validation=whole.validation.part(list(range(40))))


@pytest.fixture(scope="session")
def operators() -> ChainSpace:
    """Three places, three operators."""
    return chain(skeleton_named("tiny"), ("mb3_e2", "sep3", "skip"))


@pytest.fixture(scope="session")
def cells() -> ChainSpace:
    """Two places in two layer groups; every cell with kernel 3 and expansion 2."""
    return autospace(Skeleton((Stage(4, blocks=2, stride=2),), stem=4), kernels=(3,), expansion=2)
