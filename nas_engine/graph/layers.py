"""Primitive layers as data: shape, parameters and multiply-adds without torch, and the call that constructs each.

The same call makes the module and writes the exported source, so the two cannot differ. A call's name is a class of
`torch.nn` or of `nas_engine.graph.torch_layers`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from nas_engine.errors import Incompatible
from nas_engine.shapes import FeatureShape

Argument = int | float | bool | str


@dataclass(frozen=True, slots=True)
class Call:
    """How to construct a layer: class name, positional and named arguments."""

    name: str
    positional: tuple[Argument, ...] = ()
    named: tuple[tuple[str, Argument], ...] = ()

    def source(self, prefix: str = "") -> str:
        """The call as Python source, `prefix` (such as 'nn.') before the class name."""
        arguments = [repr(value) for value in self.positional] + [f"{key}={value!r}" for key, value in self.named]
        return f"{prefix}{self.name}({', '.join(arguments)})"


class Layer(ABC):
    """One primitive. Counting convention: see `budget.Cost`."""

    @abstractmethod
    def output(self, *inputs: FeatureShape) -> FeatureShape: ...

    @abstractmethod
    def call(self, *inputs: FeatureShape) -> Call: ...

    def params(self, *inputs: FeatureShape) -> int:
        return 0

    def madds(self, *inputs: FeatureShape) -> int:
        return 0


def _same_pixels(what: str, inputs: tuple[FeatureShape, ...]) -> None:
    if len({(shape.height, shape.width) for shape in inputs}) != 1:
        raise Incompatible(f"{what} takes inputs of one height and width, got {', '.join(map(str, inputs))}")


@dataclass(frozen=True, slots=True)
class Conv(Layer):
    """Dense 'same'-padded convolution, without bias unless said; in groups of channels where it says so."""

    channels: int
    kernel: int = 1
    stride: int = 1
    dilation: int = 1
    bias: bool = False
    groups: int = 1

    def output(self, *inputs: FeatureShape) -> FeatureShape:
        if inputs[0].channels % self.groups or self.channels % self.groups:
            raise Incompatible(
                f"got {self.groups} groups, wanted a number that divides {inputs[0].channels} and {self.channels} channels"
            )
        return inputs[0].strided(self.stride, self.channels)

    def _weights(self, before: int) -> int:
        return before * self.channels * self.kernel**2 // self.groups

    def params(self, *inputs: FeatureShape) -> int:
        return self._weights(inputs[0].channels) + (self.channels if self.bias else 0)

    def madds(self, *inputs: FeatureShape) -> int:
        return self._weights(inputs[0].channels) * self.output(*inputs).pixels

    def call(self, *inputs: FeatureShape) -> Call:
        before = inputs[0].channels
        return _convolution(before, self.channels, self.kernel, self.stride, self.dilation, self.groups, self.bias)


@dataclass(frozen=True, slots=True)
class Depthwise(Layer):
    """'Same'-padded convolution of each channel by itself."""

    kernel: int
    stride: int = 1
    dilation: int = 1

    def output(self, *inputs: FeatureShape) -> FeatureShape:
        return inputs[0].strided(self.stride)

    def params(self, *inputs: FeatureShape) -> int:
        return inputs[0].channels * self.kernel**2

    def madds(self, *inputs: FeatureShape) -> int:
        return self.params(*inputs) * self.output(*inputs).pixels

    def call(self, *inputs: FeatureShape) -> Call:
        channels = inputs[0].channels
        return _convolution(channels, channels, self.kernel, self.stride, self.dilation, channels, bias=False)


def _convolution(before: int, after: int, kernel: int, stride: int, dilation: int, groups: int, bias: bool) -> Call:
    said: list[tuple[str, Argument]] = []
    if stride != 1:
        said.append(("stride", stride))
    if kernel != 1:
        said.append(("padding", dilation * (kernel - 1) // 2))
    if dilation != 1:
        said.append(("dilation", dilation))
    if groups != 1:
        said.append(("groups", groups))
    if not bias:
        said.append(("bias", False))
    return Call("Conv2d", (before, after, kernel), tuple(said))


@dataclass(frozen=True, slots=True)
class _KeepsShape(Layer, ABC):
    def output(self, *inputs: FeatureShape) -> FeatureShape:
        return inputs[0]


@dataclass(frozen=True, slots=True)
class BatchNorm(_KeepsShape):
    eps: float = 1e-5
    momentum: float = 0.1

    def params(self, *inputs: FeatureShape) -> int:
        return 2 * inputs[0].channels

    def call(self, *inputs: FeatureShape) -> Call:
        named = tuple(
            (name, value)
            for name, value, usual in (("eps", self.eps, 1e-5), ("momentum", self.momentum, 0.1))
            if value != usual
        )
        return Call("BatchNorm2d", (inputs[0].channels,), named)


@dataclass(frozen=True, slots=True)
class ReLU(_KeepsShape):
    def call(self, *inputs: FeatureShape) -> Call:
        return Call("ReLU")


@dataclass(frozen=True, slots=True)
class ReLU6(_KeepsShape):
    def call(self, *inputs: FeatureShape) -> Call:
        return Call("ReLU6")


@dataclass(frozen=True, slots=True)
class Sigmoid(_KeepsShape):
    def call(self, *inputs: FeatureShape) -> Call:
        return Call("Sigmoid")


@dataclass(frozen=True, slots=True)
class SiLU(_KeepsShape):
    def call(self, *inputs: FeatureShape) -> Call:
        return Call("SiLU")


@dataclass(frozen=True, slots=True)
class HardSwish(_KeepsShape):
    def call(self, *inputs: FeatureShape) -> Call:
        return Call("Hardswish")


@dataclass(frozen=True, slots=True)
class GELU(_KeepsShape):
    def call(self, *inputs: FeatureShape) -> Call:
        return Call("GELU")


@dataclass(frozen=True, slots=True)
class Dropout(_KeepsShape):
    share: float

    def call(self, *inputs: FeatureShape) -> Call:
        return Call("Dropout", (self.share,))


@dataclass(frozen=True, slots=True)
class _Pool(Layer, ABC):
    kernel: int
    stride: int = 1

    def output(self, *inputs: FeatureShape) -> FeatureShape:
        return inputs[0].strided(self.stride)

    def _named(self) -> tuple[tuple[str, Argument], ...]:
        """Odd kernels are padded; an even one (two by two) rounds up, so an odd height halves as a convolution's."""
        if self.kernel % 2:
            return (("stride", self.stride), ("padding", self.kernel // 2))
        return (("stride", self.stride), ("ceil_mode", True))


@dataclass(frozen=True, slots=True)
class MaxPool(_Pool):
    def call(self, *inputs: FeatureShape) -> Call:
        return Call("MaxPool2d", (self.kernel,), self._named())


@dataclass(frozen=True, slots=True)
class AvgPool(_Pool):
    """Average that leaves padding out of its count."""

    def call(self, *inputs: FeatureShape) -> Call:
        return Call("AvgPool2d", (self.kernel,), (*self._named(), ("count_include_pad", False)))


@dataclass(frozen=True, slots=True)
class GlobalAvgPool(Layer):
    """(B, C, H, W) -> (B, C, 1, 1)."""

    def output(self, *inputs: FeatureShape) -> FeatureShape:
        return FeatureShape(inputs[0].channels)

    def call(self, *inputs: FeatureShape) -> Call:
        return Call("AdaptiveAvgPool2d", (1,))


@dataclass(frozen=True, slots=True)
class Flatten(Layer):
    """(B, C, H, W) -> (B, C*H*W)."""

    def output(self, *inputs: FeatureShape) -> FeatureShape:
        return FeatureShape(inputs[0].channels * inputs[0].pixels)

    def call(self, *inputs: FeatureShape) -> Call:
        return Call("Flatten")


@dataclass(frozen=True, slots=True)
class Linear(Layer):
    """(B, C) -> (B, features), with bias."""

    features: int

    def output(self, *inputs: FeatureShape) -> FeatureShape:
        return FeatureShape(self.features)

    def params(self, *inputs: FeatureShape) -> int:
        return (inputs[0].channels + 1) * self.features

    def madds(self, *inputs: FeatureShape) -> int:
        return inputs[0].channels * self.features

    def call(self, *inputs: FeatureShape) -> Call:
        return Call("Linear", (inputs[0].channels, self.features))


@dataclass(frozen=True, slots=True)
class Zeros(Layer):
    """Nothing, in the right shape."""

    channels: int
    stride: int = 1

    def output(self, *inputs: FeatureShape) -> FeatureShape:
        return inputs[0].strided(self.stride, self.channels)

    def call(self, *inputs: FeatureShape) -> Call:
        return Call("Zeros", (self.channels, self.stride))


@dataclass(frozen=True, slots=True)
class ShiftOnePixel(_KeepsShape):
    """The image moved one pixel up and left (zeros come in), as factorised reduction's second path sees it."""

    def call(self, *inputs: FeatureShape) -> Call:
        return Call("ShiftOnePixel")


@dataclass(frozen=True, slots=True)
class Concat(Layer):
    """Channels of all inputs, one after another."""

    def output(self, *inputs: FeatureShape) -> FeatureShape:
        _same_pixels("Concat", inputs)
        return FeatureShape(sum(shape.channels for shape in inputs), inputs[0].height, inputs[0].width)

    def call(self, *inputs: FeatureShape) -> Call:
        return Call("Concat")


@dataclass(frozen=True, slots=True)
class PrefixAdd(Layer):
    """Sum on the common channel prefix: the narrow input is added to the first channels of the wide one."""

    def output(self, *inputs: FeatureShape) -> FeatureShape:
        _same_pixels("PrefixAdd", inputs)
        return max(inputs, key=lambda shape: shape.channels)

    def call(self, *inputs: FeatureShape) -> Call:
        return Call("PrefixAdd") if inputs[0].channels != inputs[1].channels else Call("Add")


@dataclass(frozen=True, slots=True)
class Multiply(Layer):
    """Product of two inputs of one shape, number by number."""

    def output(self, *inputs: FeatureShape) -> FeatureShape:
        if inputs[0] != inputs[1]:
            raise Incompatible(f"Multiply takes two inputs of one shape, got {inputs[0]} and {inputs[1]}")
        return inputs[0]

    def call(self, *inputs: FeatureShape) -> Call:
        return Call("Multiply")


@dataclass(frozen=True, slots=True)
class PrefixGate(Layer):
    """The second input times sigmoid(global average of the first), on their common channel prefix."""

    def output(self, *inputs: FeatureShape) -> FeatureShape:
        _same_pixels("PrefixGate", inputs)
        return inputs[1]

    def call(self, *inputs: FeatureShape) -> Call:
        return Call("PrefixGate")


@dataclass(frozen=True, slots=True)
class Scale(Layer):
    """The first input times the second, which holds one number a channel."""

    def output(self, *inputs: FeatureShape) -> FeatureShape:
        if inputs[1] != FeatureShape(inputs[0].channels):
            raise Incompatible(f"Scale takes features and one number a channel, got {inputs[0]} and {inputs[1]}")
        return inputs[0]

    def call(self, *inputs: FeatureShape) -> Call:
        return Call("Scale")
