"""What retraining and one-shot training share: batches, schedule, clipping, smoothing."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.optim import Optimizer

from nas_engine.chance import Chance
from nas_engine.products import Products, Ranked, Ranking
from nas_engine.spaces import ChainSpace
from nas_engine.tasks import OpenTask
from nas_engine.trainers import Retrain, gradient_descent
from nas_engine.trainers.optimiser import cosine, set_rate


def begun(space: ChainSpace, task: OpenTask, **fields: float) -> Retrain:
    network = space.architecture(["sep3", "mb3_e2", "skip"])
    ranking = Ranking((Ranked(network, 0.5, space.cost(network, task.shape)),))
    trainer = Retrain(**{"epochs": 1, "batch": 9, **fields})  # type: ignore[arg-type]
    trainer.setup(Products(space=space, ranking=ranking), task, Chance(0))
    return trainer


def weights(trainer: Retrain) -> list[Tensor]:
    return [parameter.detach().clone() for parameter in trainer._network.parameters()]


def moved(trainer: Retrain) -> float:
    """How far one step moves the weights."""
    before = weights(trainer)
    trainer.step()
    changes = [(a - b).flatten() for a, b in zip(weights(trainer), before, strict=True)]
    return float(torch.cat(changes).norm())


@pytest.mark.parametrize(("batch", "epochs", "batches", "steps"), [(9, 1, 10, 1), (9, 2, 20, 2), (8, 1, 11, 2)])
def test_a_step_takes_ten_batches_and_the_last_what_is_left(
    batch: int, epochs: int, batches: int, steps: int, operators: ChainSpace, digits: OpenTask
) -> None:
    trainer = begun(operators, digits, batch=batch, epochs=epochs)
    assert (trainer.total_batches, trainer.length) == (batches, steps)
    seen = 0
    while trainer.position < trainer.length:
        trainer.step()
        seen = trainer._stream.position
        assert seen == min(10 * trainer.position, batches)
    assert seen == batches


def test_a_batch_larger_than_the_split_is_the_whole_split(operators: ChainSpace, digits: OpenTask) -> None:
    trainer = begun(operators, digits, batch=8192, epochs=3)
    assert trainer.total_batches == 3


def test_the_learning_rate_follows_the_schedule_batch_by_batch(
    operators: ChainSpace, digits: OpenTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    rates: list[float] = []

    def noted(optimiser: Optimizer, rate: float) -> None:
        rates.append(rate)
        set_rate(optimiser, rate)

    monkeypatch.setattr(gradient_descent, "set_rate", noted)
    trainer = begun(operators, digits, batch=8, learning_rate=0.2)
    for _ in range(trainer.length):
        trainer.step()
    assert rates == [cosine(position, 11, 0.2) for position in range(11)]
    assert trainer._optimiser.param_groups[0]["lr"] == rates[-1]


def test_no_gradient_is_longer_than_the_clip(operators: ChainSpace, digits: OpenTask) -> None:
    one_batch = {"batch": 95, "learning_rate": 1.0, "weight_decay": 0.0}
    nesterov = 1.9  # the first step of Nesterov momentum 0.9 moves by the gradient and 0.9 of it again
    assert moved(begun(operators, digits, clip=1e-3, **one_batch)) == pytest.approx(nesterov * 1e-3, rel=1e-3)
    free = moved(begun(operators, digits, clip=1e6, **one_batch))
    assert free > 0.1
    assert moved(begun(operators, digits, clip=free, **one_batch)) == pytest.approx(free, rel=1e-6)


def test_weight_decay_pulls_the_weights_to_zero(operators: ChainSpace, digits: OpenTask) -> None:
    def norm(decay: float) -> float:
        trainer = begun(operators, digits, learning_rate=0.05, weight_decay=decay)
        trainer.step()
        return float(sum(w.square().sum() for w in weights(trainer)))

    assert norm(0.5) < norm(0.0)


def test_the_figure_is_the_mean_loss_of_the_steps_batches(operators: ChainSpace, digits: OpenTask) -> None:
    trainer = begun(operators, digits, batch=9, learning_rate=1e-12, label_smoothing=0.0)
    losses = []
    trainer._network.train()
    stream = begun(operators, digits, batch=9)._stream
    with torch.no_grad():
        for _ in range(10):
            inputs, labels = stream.next()
            losses.append(float(digits.loss(trainer._network(inputs), labels)))
    assert trainer.step()["loss"] == pytest.approx(sum(losses) / 10, rel=1e-5)


def test_label_smoothing_enters_the_loss(operators: ChainSpace, digits: OpenTask) -> None:
    one_batch = {"batch": 95, "learning_rate": 0.1}
    plain, smoothed = (begun(operators, digits, label_smoothing=s, **one_batch) for s in (0.0, 0.3))
    inputs, labels = begun(operators, digits, batch=95)._stream.next()
    plain._network.train()
    with torch.no_grad():
        wanted = float(digits.loss(plain._network(inputs), labels, 0.3))
    assert smoothed.step()["loss"] == pytest.approx(wanted, rel=1e-5)
    assert plain.step()["loss"] != pytest.approx(wanted, rel=1e-4)
