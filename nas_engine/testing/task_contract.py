"""The exam of every task."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

import pytest
import torch
from torch import Tensor

from nas_engine.tasks import Batches, Split, Task

SIZES = (1, 3, 7, 32)  # of a batch
CENTRE, SPREAD = 0.01, 0.05  # how far the training inputs' mean may be from 0, their deviation from 1


class TaskContract:
    """What every task promises, as tests. Inherit it, give one fixture, and pytest runs the exam::

        class TestFlowers(TaskContract):
            examples = 8_189

            @pytest.fixture
            def task(self) -> Task:
                return Flowers()

    `examples` is how many there are in all splits together, where that is stated. `seed_field` is the field that
    decides which example goes where; a task whose splits are given says so with `seed_field = None`.
    """

    examples: ClassVar[int | None] = None
    seed_field: ClassVar[str | None] = "split_seed"

    @pytest.fixture
    def task(self) -> Task:
        """The task under examination; with `params`, several."""
        raise NotImplementedError(f"{type(self).__name__} has to give the fixture `task`")

    def splits(self, task: Task) -> dict[str, Split]:
        """Every split by name, the test split included."""
        opened = task.open()
        return {"train": opened.train, "validation": opened.validation, "test": task.open_test()}

    # --------------------------------------------------------------------------------------------------------- shapes

    def test_its_data_have_the_shape_that_it_says(self, task: Task) -> None:
        shape = task.shape
        assert task.open().shape == shape, f"says {shape}, opened it is {task.open().shape}"
        for name, split in self.splits(task).items():
            got = tuple(split.inputs.shape)
            wanted = (len(split), shape.channels, shape.height, shape.width)
            assert got == wanted, f"{name}: inputs are {got}, wanted {wanted}"
            assert tuple(split.labels.shape) == (len(split),), f"{name}: labels are {tuple(split.labels.shape)}"

    def test_inputs_are_finite_numbers_and_labels_are_classes(self, task: Task) -> None:
        for name, split in self.splits(task).items():
            assert split.inputs.dtype == torch.float32, f"{name}: inputs are {split.inputs.dtype}"
            assert split.labels.dtype == torch.int64, f"{name}: labels are {split.labels.dtype}"
            assert split.inputs.isfinite().all(), f"{name}: an input is not finite"
            lowest, highest = int(split.labels.min()), int(split.labels.max())
            assert lowest >= 0, f"{name}: label {lowest}"
            assert highest < task.shape.classes, f"{name}: label {highest} of {task.shape.classes} classes"

    def test_its_preprocessing_speaks_of_its_shape(self, task: Task) -> None:
        shape, how = task.shape, task.open().preprocessing
        assert (how.height, how.width) == (shape.height, shape.width)
        assert (len(how.mean), len(how.deviation)) == (shape.channels, shape.channels), "one number a channel"
        assert all(deviation > 0 for deviation in how.deviation), f"deviations {how.deviation}"
        assert len(how.classes) == shape.classes, f"{len(how.classes)} names for {shape.classes} classes"

    def test_inputs_are_channels_last(self, task: Task) -> None:
        for name, split in self.splits(task).items():
            assert _channels_last(split.inputs), f"{name}: inputs are not channels-last: {split.inputs.stride()}"

    def test_training_inputs_are_centred_and_scaled(self, task: Task) -> None:
        inputs = task.open().train.inputs
        for channel in range(inputs.shape[1]):
            mean, deviation = inputs[:, channel].mean().item(), inputs[:, channel].std().item()
            assert abs(mean) < CENTRE, f"channel {channel}: the mean of the training inputs is {mean}, wanted 0"
            assert abs(deviation - 1) < SPREAD, f"channel {channel}: their deviation is {deviation}, wanted 1"

    # --------------------------------------------------------------------------------------------------------- splits

    def test_no_example_is_in_two_splits(self, task: Task) -> None:
        home: dict[bytes, str] = {}
        for name, split in self.splits(task).items():
            for example in _rows(split.inputs):
                assert home.setdefault(example, name) == name, f"an example is in {home[example]} and in {name}"

    def test_its_splits_hold_every_example(self, task: Task) -> None:
        if self.examples is None:
            return
        sizes = {name: len(split) for name, split in self.splits(task).items()}
        assert sum(sizes.values()) == self.examples, f"{sizes}: wanted {self.examples:,} in all"

    def test_every_class_is_in_every_split(self, task: Task) -> None:
        for name, split in self.splits(task).items():
            found = set(split.labels.tolist())
            missing = sorted(set(range(task.shape.classes)) - found)
            assert not missing, f"{name}: no example of class {', '.join(map(str, missing))}"

    def test_it_opens_the_same_every_time(self, task: Task) -> None:
        first, again = self.splits(task), self.splits(replace(task))  # type: ignore[type-var]
        for name, split in first.items():
            assert _same(split, again[name]), f"{name}: opened again it is another"

    def test_another_seed_parts_the_examples_otherwise(self, task: Task) -> None:
        if self.seed_field is None:
            return
        other: Any = replace(task, **{self.seed_field: getattr(task, self.seed_field) + 1})  # type: ignore[type-var]
        one, two = self.splits(task), self.splits(other)
        for name in ("validation", "test"):
            apart = _labelled(one[name]) != _labelled(two[name])
            assert apart, f"{name}: the same examples whatever {self.seed_field} is"

    def test_an_open_task_has_no_test_split(self, task: Task) -> None:
        held = {name for name, value in vars(task.open()).items() if isinstance(value, Split | Tensor)}
        assert held == {"train", "validation"}, f"a search would hold {', '.join(sorted(held))}"

    # ----------------------------------------------------------------------------------------------------- the loss

    def test_its_loss_is_one_finite_number_that_has_a_gradient(self, task: Task) -> None:
        opened = task.open()
        labels = opened.train.labels[:7]
        scores = torch.zeros(len(labels), task.shape.classes, requires_grad=True)
        for smoothing in (0.0, 0.1):
            loss = opened.loss(scores, labels, smoothing)
            assert loss.dim() == 0, f"a loss of shape {tuple(loss.shape)}"
            assert loss.isfinite(), f"a loss of {loss.item()}"
            (gradient,) = torch.autograd.grad(loss, scores)
            assert gradient.any(), "the loss does not depend on the scores"

    def test_its_loss_falls_as_scores_turn_right(self, task: Task) -> None:
        opened = task.open()
        labels = opened.train.labels[:7]
        right = torch.nn.functional.one_hot(labels, task.shape.classes).float()
        better, even, worse = (opened.loss(factor * right, labels).item() for factor in (1, 0, -1))
        assert better < even < worse, f"right scores lose {better}, even ones {even}, wrong ones {worse}"

    # ---------------------------------------------------------------------------------------------------- batches

    @pytest.mark.parametrize("size", SIZES)
    def test_a_batch_follows_from_seed_and_position(self, task: Task, size: int) -> None:
        split = task.open().train
        stream = Batches(split, size, seed=1)
        batches = [stream.next() for _ in range(min(2 * stream.per_epoch, 20))]
        jumping = Batches(split, size, seed=1)
        for position in reversed(range(len(batches))):
            jumping.position = position
            inputs, labels = jumping.next()
            same = torch.equal(inputs, batches[position][0]) and torch.equal(labels, batches[position][1])
            assert same, f"batch {position} of {size} is another one when it is jumped to"

    @pytest.mark.parametrize("size", SIZES)
    def test_an_epoch_shows_each_example_at_most_once(self, task: Task, size: int) -> None:
        split = task.open().train
        numbered = Split(split.inputs, torch.arange(len(split)))
        stream = Batches(numbered, size, seed=1)
        shown = [number for _ in range(stream.per_epoch) for number in stream.next()[1].tolist()]
        assert len(set(shown)) == len(shown), f"an example is shown twice in one epoch of batches of {size}"
        assert len(shown) > len(split) - size, f"an epoch of batches of {size} shows {len(shown)} of {len(split)}"

    def test_batches_are_channels_last(self, task: Task) -> None:
        inputs, _ = Batches(task.open().train, 7, seed=1).next()
        assert _channels_last(inputs), f"a batch is not channels-last: {inputs.stride()}"


def _channels_last(inputs: Tensor) -> bool:
    return inputs.is_contiguous(memory_format=torch.channels_last)


def _rows(inputs: Tensor) -> list[bytes]:
    return [example.contiguous().numpy().tobytes() for example in inputs]


def _labelled(split: Split) -> set[tuple[bytes, int]]:
    return set(zip(_rows(split.inputs), split.labels.tolist(), strict=True))


def _same(a: Split, b: Split) -> bool:
    return torch.equal(a.inputs, b.inputs) and torch.equal(a.labels, b.labels)
