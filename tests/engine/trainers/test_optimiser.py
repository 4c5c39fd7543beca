from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.optim import Adam, Optimizer

from nas_engine.chance import Chance
from nas_engine.trainers.optimiser import cosine, load_optimiser, momentum_descent, optimiser_tensors, set_rate
from nas_engine.wire import pack, unpack


def network() -> nn.Module:
    with Chance(0).owning_torch():
        return nn.Sequential(nn.Conv2d(2, 4, 3), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(16, 3))


def trained(module: nn.Module, optimiser: Optimizer, steps: int, start: int = 0) -> list[Tensor]:
    for number in range(start, start + steps):
        images = torch.randn(5, 2, 4, 4, generator=torch.Generator().manual_seed(number))
        optimiser.zero_grad()
        module(images).square().mean().backward()
        optimiser.step()
    return [parameter.detach().clone() for parameter in module.parameters()]


def made(kind: str, module: nn.Module) -> Optimizer:
    if kind == "sgd":
        return momentum_descent(module, rate=0.05, weight_decay=0.01)
    return Adam(module.parameters(), 0.01)


@pytest.mark.parametrize("kind", ["sgd", "adam"])
def test_an_optimiser_that_is_given_back_what_it_remembered_goes_on_as_before(kind: str) -> None:
    whole = network()
    wanted = trained(whole, made(kind, whole), 4)

    first = network()
    optimiser = made(kind, first)
    trained(first, optimiser, 2)
    _, tensors = unpack(pack({}, optimiser_tensors(optimiser, first.named_parameters(), kind)))
    second = network()
    second.load_state_dict(first.state_dict())
    fresh = made(kind, second)
    load_optimiser(fresh, second.named_parameters(), tensors, kind)
    got = trained(second, fresh, 2, start=2)
    assert all(torch.equal(a, b) for a, b in zip(got, wanted, strict=True))


def test_an_optimiser_that_has_not_stepped_remembers_nothing() -> None:
    module = network()
    assert optimiser_tensors(made("sgd", module), module.named_parameters(), "sgd") == {}


def test_what_is_remembered_is_named_by_prefix_and_parameter() -> None:
    module = network()
    optimiser = made("sgd", module)
    trained(module, optimiser, 1)
    names = set(optimiser_tensors(optimiser, module.named_parameters(), "sgd"))
    assert names == {f"sgd|momentum_buffer|{name}" for name, _ in module.named_parameters()}


def test_tensors_of_another_prefix_are_left_alone() -> None:
    module = network()
    optimiser = made("sgd", module)
    load_optimiser(optimiser, module.named_parameters(), {"adam|exp_avg|0.weight": torch.zeros(1)}, "sgd")
    assert not optimiser.state


def test_what_is_given_back_is_a_copy() -> None:
    module = network()
    optimiser = made("sgd", module)
    trained(module, optimiser, 1)
    tensors = optimiser_tensors(optimiser, module.named_parameters(), "sgd")
    copies = {name: tensor.clone() for name, tensor in tensors.items()}
    other = network()
    fresh = made("sgd", other)
    load_optimiser(fresh, other.named_parameters(), copies, "sgd")
    trained(other, fresh, 1)
    assert all(torch.equal(copies[name], tensor) for name, tensor in tensors.items())


def test_the_rate_falls_by_half_a_cosine_from_the_highest_to_zero() -> None:
    rates = [cosine(position, 100, 0.4) for position in range(101)]
    assert rates[0] == 0.4
    assert rates[25] == pytest.approx(0.4 * (1 + 2**-0.5) / 2)
    assert rates[50] == pytest.approx(0.2)
    assert rates[100] == pytest.approx(0.0)
    assert rates == sorted(rates, reverse=True)


def test_beyond_its_end_a_schedule_stays_at_zero() -> None:
    assert cosine(101, 100, 0.4) == cosine(1, 0, 0.4) == pytest.approx(0.0)


def test_a_rate_is_set_for_every_parameter() -> None:
    module = network()
    optimiser = made("sgd", module)
    set_rate(optimiser, 0.0)
    before = [parameter.detach().clone() for parameter in module.parameters()]
    assert all(torch.equal(a, b) for a, b in zip(trained(module, optimiser, 2), before, strict=True))
