from __future__ import annotations

from itertools import chain

import pytest
import torch

from nas_engine.tasks import Batches, Split


@pytest.fixture
def split() -> Split:
    """Ten examples, numbered."""
    inputs = torch.arange(10.0)[:, None, None, None].expand(10, 3, 2, 2)
    return Split(inputs.contiguous(memory_format=torch.channels_last), torch.arange(10))


def shown(stream: Batches, batches: int) -> list[list[int]]:
    return [stream.next()[1].tolist() for _ in range(batches)]


def test_inputs_and_labels_stay_together(split: Split) -> None:
    stream = Batches(split, 3, seed=0)
    for _ in range(7):
        inputs, labels = stream.next()
        assert inputs[:, 0, 0, 0].tolist() == labels.tolist()


def test_every_batch_is_full_and_the_rest_is_left_out_of_the_epoch(split: Split) -> None:
    stream = Batches(split, 3, seed=0)
    assert stream.per_epoch == 3
    epoch = shown(stream, 3)
    assert [len(batch) for batch in epoch] == [3, 3, 3]
    assert len(set(chain(*epoch))) == 9


def test_what_one_epoch_leaves_out_another_shows(split: Split) -> None:
    stream = Batches(split, 4, seed=0)
    assert set(chain(*shown(stream, 40))) == set(range(10))


def test_every_epoch_is_in_another_order(split: Split) -> None:
    stream = Batches(split, 5, seed=0)
    first, second = list(chain(*shown(stream, 2))), list(chain(*shown(stream, 2)))
    assert first != second
    assert sorted(first) == sorted(second) == list(range(10))


def test_another_seed_gives_another_order(split: Split) -> None:
    assert shown(Batches(split, 5, seed=0), 2) != shown(Batches(split, 5, seed=1), 2)


@pytest.mark.parametrize("size", [1, 3, 7])
def test_a_stream_goes_on_where_it_was_from_its_position_alone(split: Split, size: int) -> None:
    undisturbed = shown(Batches(split, size, seed=4), 25)
    batches = []
    position = 0
    for _ in range(25):
        stream = Batches(split, size, seed=4)
        stream.position = position
        batches += shown(stream, 1)
        position = stream.position
    assert batches == undisturbed


def test_a_batch_larger_than_the_split_is_the_whole_split(split: Split) -> None:
    stream = Batches(split, 64, seed=0)
    assert stream.per_epoch == 1
    assert sorted(shown(stream, 1)[0]) == list(range(10))
