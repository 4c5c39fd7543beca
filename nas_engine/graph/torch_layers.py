"""Layers that torch.nn does not have. Each class stands alone: the source exporter copies those that a network uses."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class Zeros(nn.Module):
    """Nothing, in the right shape: (B, C, H, W) -> (B, channels, ceil(H/stride), ceil(W/stride))."""

    def __init__(self, channels: int, stride: int) -> None:
        super().__init__()
        self.channels, self.stride = channels, stride

    def forward(self, x: Tensor) -> Tensor:
        thin = x[:, :1, :: self.stride, :: self.stride] * 0.0
        return thin.expand(-1, self.channels, -1, -1)


class ShiftOnePixel(nn.Module):
    """The image moved one pixel up and left, zeros coming in."""

    def forward(self, x: Tensor) -> Tensor:
        return functional.pad(x, (0, 1, 0, 1))[:, :, 1:, 1:]


class Concat(nn.Module):
    """Channels of all inputs, one after another."""

    def forward(self, *inputs: Tensor) -> Tensor:
        return torch.cat(inputs, dim=1)


class Add(nn.Module):
    """Sum of two inputs of one shape."""

    def forward(self, a: Tensor, b: Tensor) -> Tensor:
        return a + b


class Multiply(nn.Module):
    """Product of two inputs of one shape, number by number."""

    def forward(self, a: Tensor, b: Tensor) -> Tensor:
        return a * b


class PrefixAdd(nn.Module):
    """Sum on the common channel prefix: the narrow input is added to the first channels of the wide one."""

    def forward(self, a: Tensor, b: Tensor) -> Tensor:
        narrow, wide = (a, b) if a.shape[1] <= b.shape[1] else (b, a)
        return wide + functional.pad(narrow, (0, 0, 0, 0, 0, wide.shape[1] - narrow.shape[1]))


class PrefixGate(nn.Module):
    """The second input times sigmoid(global average of the first), on their common channel prefix."""

    def forward(self, a: Tensor, b: Tensor) -> Tensor:
        common = min(a.shape[1], b.shape[1])
        gate = torch.sigmoid(a[:, :common].mean(dim=(2, 3), keepdim=True))
        return torch.cat([b[:, :common] * gate, b[:, common:]], dim=1)


class Scale(nn.Module):
    """The first input times the second, which holds one number a channel."""

    def forward(self, x: Tensor, per_channel: Tensor) -> Tensor:
        return x * per_channel
