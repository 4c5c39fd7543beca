from __future__ import annotations

from itertools import chain

import pytest
import torch
from torch import Tensor, nn

from nas_engine.tasks import TASKS, Split, accuracy


def split(count: int = 11) -> Split:
    inputs = torch.arange(float(count))[:, None, None, None].expand(count, 2, 3, 3)
    return Split(inputs.contiguous(memory_format=torch.channels_last), torch.arange(count) % 4)


class Knows(nn.Module):
    """Scores the right label of even examples highest, and a wrong one of odd examples; notes its mode and batches."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[int] = []

    def forward(self, x: Tensor) -> Tensor:
        assert not self.training
        assert not torch.is_grad_enabled()
        self.seen.append(len(x))
        number = x[:, 0, 0, 0].long()
        return nn.functional.one_hot((number + number % 2) % 4, 4).float()


def test_a_part_holds_the_examples_at_its_positions() -> None:
    part = split().part([7, 2])
    assert part.inputs[:, 0, 0, 0].tolist() == [7, 2]
    assert part.labels.tolist() == [3, 2]
    assert part.inputs.is_contiguous(memory_format=torch.channels_last)


def test_halves_are_disjoint_and_hold_everything() -> None:
    halves = split().halves(seed=3)
    numbers = [half.inputs[:, 0, 0, 0].int().tolist() for half in halves]
    assert [len(half) for half in halves] == [5, 6]
    assert sorted(chain(*numbers)) == list(range(11))


def test_halves_follow_from_the_seed() -> None:
    first, again, other = (split().halves(seed)[0].labels.tolist() for seed in (3, 3, 4))
    assert first == again != other


@pytest.mark.parametrize("batch", [1, 4, 11, 512])
def test_accuracy_is_the_share_that_is_labelled_right_whatever_the_batch(batch: int) -> None:
    network = Knows()
    assert accuracy(network, split(), batch) == 6 / 11
    assert sum(network.seen) == 11
    assert max(network.seen) == min(batch, 11)


def test_every_registered_task_stands_under_its_kind() -> None:
    assert {kind: task.kind for kind, task in TASKS.items()} == {kind: kind for kind in TASKS}
