"""Built operators and images for them, the same at every run."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from nas_engine.chance import Chance
from nas_engine.graph.module import build
from nas_engine.operators import Operator, Site

Made = Callable[[Operator, Site], nn.Module]
Images = Callable[[Site], Tensor]


@pytest.fixture
def made() -> Made:
    """Builds an operator in evaluation mode, its batch-norms as after some training: each channel has its own scale."""

    def make(operator: Operator, site: Site) -> nn.Module:
        with Chance(0).owning_torch():
            module = build(operator.at(site))
            for layer in module.modules():
                if isinstance(layer, nn.BatchNorm2d):
                    for values in (layer.weight, layer.bias, layer.running_mean, layer.running_var):
                        values.data.uniform_(0.5, 1.5)
        return module.eval()

    return make


@pytest.fixture
def images() -> Images:
    """Two random images for a site, with values beyond 6, where ReLU and ReLU6 part."""

    def draw(site: Site) -> Tensor:
        shape = (2, site.input.channels, site.input.height, site.input.width)
        return 4 * torch.randn(shape, generator=torch.Generator().manual_seed(1))

    return draw
