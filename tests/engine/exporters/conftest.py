"""Networks to export: their weights are random, their batch-norms as after some training."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
import torch
from torch import nn

from nas_engine.chance import Chance
from nas_engine.components import checked
from nas_engine.exporters import TrainedNetwork
from nas_engine.operators import Declared
from nas_engine.shapes import TaskShape
from nas_engine.spaces import ChainSpace, FirstBlock, Skeleton, Stage, chain, nasbench201
from nas_engine.tasks import Preprocessing
from tests.engine.operators.declared_samples import SAMPLES

DIGITS = TaskShape(1, 8, 8, 10)
PHOTOS = TaskShape(3, 10, 7, 4)
OPERATORS = ("reduce", "skip", "mb3_e3_se", "skip", "max3", "avg3", "sep5", "dil3", "conv3")
DECLARED = [checked(Declared, {"nodes": nodes}).label for nodes in SAMPLES.values()]
CELLS = tuple(f"3/5,2/2,3 D{node} {m2}{m3} e2" for node in (0, 1, 2) for m2 in (0, 1) for m3 in (0, 1))


def made(
    labels: Sequence[str], stages: Sequence[Stage], shape: TaskShape = DIGITS, name: str = "digits", **skeleton: object
) -> TrainedNetwork:
    """A network with one operator after another."""
    plan = Skeleton(tuple(stages), stem=4, **skeleton)  # type: ignore[arg-type]
    return trained(chain(plan, tuple(dict.fromkeys(labels)), reference="conv1"), labels, shape, name)


def trained(
    space: ChainSpace, labels: Sequence[str], shape: TaskShape = DIGITS, name: str = "digits"
) -> TrainedNetwork:
    """A space's network with random weights."""
    architecture = space.architecture(labels)
    with Chance(0).owning_torch():
        built = space.build(architecture, shape)
        for layer in built.modules():
            if isinstance(layer, nn.BatchNorm2d):
                layer.weight.data.uniform_(0.5, 1.5)
                layer.bias.data.uniform_(-0.5, 0.5)
                layer.momentum = None  # the plain average of what came in, nothing of the initial 0 and 1
        for _ in range(4):  # batch-norm learns what comes in, so that what goes out tells one image from another
            built(torch.randn(16, shape.channels, shape.height, shape.width))
    classes = tuple(f"class {number}" for number in range(shape.classes))
    how = Preprocessing(shape.height, shape.width, (4.5,) * shape.channels, (6.25,) * shape.channels, classes)
    return TrainedNetwork(name, architecture, space, shape, dict(built.state_dict()), how, "digits", 0.9321)


@pytest.fixture
def network_of() -> Callable[..., TrainedNetwork]:
    """Makes a network: `network_of(labels, stages, name="mine")`."""
    return made


@pytest.fixture(scope="session")
def networks() -> dict[str, TrainedNetwork]:
    """Every operator; every way that a cell expands and mixes; a first block, a head, photos not square; declared
    operators; repeated cells."""
    mixed = (Stage(8, blocks=3, stride=2), Stage(12, blocks=3), Stage(10, blocks=3, stride=2))
    even = (Stage(6, blocks=6, stride=2), Stage(6, blocks=4), Stage(8, blocks=2, stride=2))
    first = FirstBlock("mb3_e1", 6)
    return {
        "operators": made(OPERATORS, mixed),
        "cells": made(CELLS, even),
        "photos": made(("mb3_e2", CELLS[7]), (Stage(5, blocks=2),), PHOTOS, first=first, head=9, stem_stride=2),
        "declared": made(
            tuple(DECLARED), (Stage(6, blocks=2, stride=2), Stage(9, blocks=1), Stage(7, blocks=2, stride=2))
        ),
        "edges": trained(nasbench201(cells=2, width=4), ("conv3", "avg3", "skip", "none", "conv1", "skip")),
        "alike": made(("mb3_e1", "mb3_e1", "mb3_e12"), (Stage(3, blocks=1), Stage(5, blocks=2))),
    }
