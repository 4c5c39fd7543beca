from __future__ import annotations

import inspect

import pytest
import torch
from torch import Tensor, nn

from nas_engine.graph import torch_layers
from nas_engine.graph.torch_layers import Add, Concat, PrefixAdd, PrefixGate, Scale, ShiftOnePixel, Zeros


def image(channels: int, height: int = 3, width: int = 4) -> Tensor:
    generator = torch.Generator().manual_seed(channels)
    return torch.randn(2, channels, height, width, generator=generator)


def test_no_layer_here_has_a_name_that_torch_nn_has() -> None:
    ours = [name for name, kind in vars(torch_layers).items() if inspect.isclass(kind) and issubclass(kind, nn.Module)]
    assert ours
    assert [name for name in ours if hasattr(nn, name)] == []


@pytest.mark.parametrize(("stride", "height", "width"), [(1, 3, 4), (2, 2, 2), (3, 1, 2)])
def test_zeros_are_zero_and_of_the_strided_size(stride: int, height: int, width: int) -> None:
    y = Zeros(7, stride)(image(5))
    assert y.shape == (2, 7, height, width)
    assert not y.any()


def test_shifting_moves_the_image_up_and_left_and_zeros_come_in() -> None:
    x = torch.arange(1.0, 7.0).reshape(1, 1, 2, 3)
    assert ShiftOnePixel()(x).tolist() == [[[[5, 6, 0], [0, 0, 0]]]]


def test_concat_puts_channels_one_after_another() -> None:
    a, b, c = image(2), image(1), image(3)
    y = Concat()(a, b, c)
    assert torch.equal(y[:, :2], a)
    assert torch.equal(y[:, 2:3], b)
    assert torch.equal(y[:, 3:], c)


def test_add_adds() -> None:
    a, b = image(3), image(3) + 1
    assert torch.equal(Add()(a, b), a + b)


@pytest.mark.parametrize("narrow_first", [True, False])
def test_prefix_add_adds_the_narrow_to_the_first_channels_of_the_wide(narrow_first: bool) -> None:
    narrow, wide = image(2), image(5)
    y = PrefixAdd()(narrow, wide) if narrow_first else PrefixAdd()(wide, narrow)
    for channel in range(5):
        wanted = wide[:, channel] + narrow[:, channel] if channel < 2 else wide[:, channel]
        assert torch.equal(y[:, channel], wanted)


def test_prefix_add_of_one_width_is_a_sum() -> None:
    a, b = image(3), image(3) * 2
    assert torch.equal(PrefixAdd()(a, b), a + b)


@pytest.mark.parametrize(("gating", "gated"), [(2, 5), (5, 2), (3, 3)])
def test_prefix_gate_scales_each_common_channel_by_the_sigmoid_of_the_other_s_mean(gating: int, gated: int) -> None:
    a, b = image(gating), image(gated)
    y = PrefixGate()(a, b)
    assert y.shape == b.shape
    for channel in range(gated):
        share = 1 / (1 + torch.exp(-a[:, channel].mean(dim=(1, 2)))) if channel < gating else torch.ones(2)
        torch.testing.assert_close(y[:, channel], b[:, channel] * share[:, None, None])


def test_scale_multiplies_each_channel_by_its_number() -> None:
    x, numbers = image(3), torch.tensor([[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]])
    y = Scale()(x, numbers[:, :, None, None])
    for example in range(2):
        for channel in range(3):
            assert torch.equal(y[example, channel], x[example, channel] * numbers[example, channel])


@pytest.mark.parametrize("layer", [Zeros(3, 1), ShiftOnePixel(), Concat(), Add(), PrefixAdd(), PrefixGate()])
def test_no_layer_here_works_in_place(layer: nn.Module) -> None:
    inputs = [image(3) for _ in range(1 if isinstance(layer, Zeros | ShiftOnePixel) else 2)]
    before = [x.clone() for x in inputs]
    layer(*inputs)
    assert all(torch.equal(x, kept) for x, kept in zip(inputs, before, strict=True))
