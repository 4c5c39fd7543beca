"""The exam fails what it should: each task here is broken in one way, and fails exactly the questions it should."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from inspect import unwrap
from itertools import count

import pytest
import torch
from torch import Tensor

from nas_engine.chance import Chance, seed_from
from nas_engine.shapes import TaskShape
from nas_engine.tasks import Batches, OpenTask, Preprocessing, Split, Task
from nas_engine.testing import TaskContract, task_contract

Failed = Callable[..., set[str]]

CLASSES, EACH = 3, 20


class Exam(TaskContract):
    """The exam, ready to be held by hand."""

    examples = CLASSES * EACH


@dataclass(frozen=True)
class Sound(Task):
    """Not broken yet: 60 noisy images of 5 x 4 pixels in three colours."""

    split_seed: int = 0

    @property
    def shape(self) -> TaskShape:
        return TaskShape(3, 5, 4, CLASSES)

    def positions(self) -> dict[str, list[int]]:
        """Three splits with each class in each."""
        chance, parts = Chance(seed_from("split", self.split_seed)), {"train": [], "validation": [], "test": []}
        for label in range(CLASSES):
            order = [label * EACH + i for i in chance.permutation(EACH)]
            parts["train"] += order[:12]
            parts["validation"] += order[12:16]
            parts["test"] += order[16:]
        return parts

    def part(self, name: str) -> Split:
        pixels = torch.randn(CLASSES * EACH, 3, 5, 4, generator=torch.Generator().manual_seed(0))
        labels = torch.arange(CLASSES * EACH) // EACH
        parts = self.positions()
        train = pixels[parts["train"]]
        normal = (pixels - train.mean(dim=(0, 2, 3), keepdim=True)) / train.std(dim=(0, 2, 3), keepdim=True)
        return Split(normal.contiguous(memory_format=torch.channels_last), labels).part(parts[name])

    def open(self, device: str = "cpu") -> OpenTask:
        how = Preprocessing(5, 4, (0.0,) * 3, (1.0,) * 3, tuple("abc"))
        return OpenTask(self.shape, self.part("train"), self.part("validation"), how)

    def open_test(self, device: str = "cpu") -> Split:
        return self.part("test")


def changed(opened: OpenTask, **changes: object) -> OpenTask:
    return replace(opened, **changes)  # type: ignore[arg-type]


class SaysAnotherShape(Sound):
    @property
    def shape(self) -> TaskShape:
        return TaskShape(3, 4, 5, CLASSES)

    def open(self, device: str = "cpu") -> OpenTask:
        opened = super().open(device)
        return changed(opened, preprocessing=replace(opened.preprocessing, height=4, width=5))


class HasInputsOfDoublePrecision(Sound):
    def part(self, name: str) -> Split:
        split = super().part(name)
        return Split(split.inputs.double(), split.labels)


class HasAnInputThatIsNoNumber(Sound):
    def part(self, name: str) -> Split:
        split = super().part(name)
        if name == "validation":
            split.inputs[0, 0, 0, 0] = float("nan")
        return split


class HasALabelTooMany(Sound):
    def open_test(self, device: str = "cpu") -> Split:
        split = super().open_test(device)
        split.labels[0] = CLASSES
        return split


class NamesTooFewClasses(Sound):
    def open(self, device: str = "cpu") -> OpenTask:
        opened = super().open(device)
        return changed(opened, preprocessing=replace(opened.preprocessing, classes=("a", "b")))


class KeepsChannelsFirst(Sound):
    def part(self, name: str) -> Split:
        split = super().part(name)
        return Split(split.inputs.contiguous(), split.labels)


class IsNotCentred(Sound):
    def part(self, name: str) -> Split:
        split = super().part(name)
        return Split(split.inputs + 0.5, split.labels)


class IsNotScaled(Sound):
    def part(self, name: str) -> Split:
        split = super().part(name)
        return Split(split.inputs * 16, split.labels)


class LeaksTrainingIntoValidation(Sound):
    """One training image validates instead of one of its own."""

    def positions(self) -> dict[str, list[int]]:
        parts = super().positions()
        return {**parts, "validation": [parts["train"][0], *parts["validation"][1:]]}


class LeaksTestIntoTraining(Sound):
    def positions(self) -> dict[str, list[int]]:
        parts = super().positions()
        return {**parts, "train": [parts["test"][0], *parts["train"][1:]]}


class DropsAnExample(Sound):
    def positions(self) -> dict[str, list[int]]:
        parts = super().positions()
        return {**parts, "validation": parts["validation"][1:]}


class LeavesAClassOut(Sound):
    def positions(self) -> dict[str, list[int]]:
        parts = super().positions()
        of_class = [position for position in parts["validation"] if position < EACH]
        return {
            **parts,
            "validation": [position for position in parts["validation"] if position >= EACH],
            "test": parts["test"] + of_class,
        }


class SplitsOtherwiseEveryTime(Sound):
    times = count()

    def open(self, device: str = "cpu") -> OpenTask:
        opened = super().open(device)
        order = Chance(next(self.times)).permutation(len(opened.train))
        return changed(opened, train=opened.train.part(order))


class DoesNotHeedItsSeed(Sound):
    def positions(self) -> dict[str, list[int]]:
        return Sound().positions() if self.split_seed else super().positions()


@dataclass(frozen=True)
class OpenTaskWithATest(OpenTask):
    test: Split | None = None


class HandsOutItsTestSplit(Sound):
    def open(self, device: str = "cpu") -> OpenTask:
        opened = super().open(device)
        return OpenTaskWithATest(
            opened.shape, opened.train, opened.validation, opened.preprocessing, self.open_test(device)
        )


@dataclass(frozen=True)
class OtherLoss(OpenTask):
    which: str = ""

    def loss(self, scores: Tensor, labels: Tensor, smoothing: float = 0.0) -> Tensor:
        right = super().loss(scores, labels, smoothing)
        return {"wrong way": -right, "one a row": right.expand(len(labels)), "deaf": 0 * right}[self.which]


@dataclass(frozen=True)
class HasAnotherLoss(Sound):
    which: str = ""

    def open(self, device: str = "cpu") -> OpenTask:
        opened = super().open(device)
        return OtherLoss(opened.shape, opened.train, opened.validation, opened.preprocessing, self.which)


SHAPE = "its_data_have_the_shape_that_it_says"
KINDS = "inputs_are_finite_numbers_and_labels_are_classes"
PREPROCESSING = "its_preprocessing_speaks_of_its_shape"
LAST = "inputs_are_channels_last"
BATCHES_LAST = "batches_are_channels_last"
SCALED = "training_inputs_are_centred_and_scaled"
APART = "no_example_is_in_two_splits"
ALL = "its_splits_hold_every_example"
CLASS = "every_class_is_in_every_split"
SAME = "it_opens_the_same_every_time"
SEED = "another_seed_parts_the_examples_otherwise"
NO_TEST = "an_open_task_has_no_test_split"
LOSS = "its_loss_is_one_finite_number_that_has_a_gradient"
FALLS = "its_loss_falls_as_scores_turn_right"
POSITION = "a_batch_follows_from_seed_and_position"
ONCE = "an_epoch_shows_each_example_at_most_once"

BREAKS: dict[Task, set[str]] = {
    Sound(): set(),
    SaysAnotherShape(): {SHAPE},
    HasInputsOfDoublePrecision(): {KINDS},
    HasAnInputThatIsNoNumber(): {KINDS, SAME},
    HasALabelTooMany(): {KINDS},
    NamesTooFewClasses(): {PREPROCESSING},
    KeepsChannelsFirst(): {LAST, BATCHES_LAST},
    IsNotCentred(): {SCALED},
    IsNotScaled(): {SCALED},
    LeaksTrainingIntoValidation(): {APART},
    LeaksTestIntoTraining(): {APART},
    DropsAnExample(): {ALL},
    LeavesAClassOut(): {CLASS},
    SplitsOtherwiseEveryTime(): {SAME},
    DoesNotHeedItsSeed(): {SEED},
    HandsOutItsTestSplit(): {NO_TEST},
    HasAnotherLoss(which="wrong way"): {FALLS},
    HasAnotherLoss(which="one a row"): {LOSS, FALLS},
    HasAnotherLoss(which="deaf"): {LOSS, FALLS},
}


@pytest.mark.parametrize("broken", BREAKS, ids=lambda broken: f"{type(broken).__name__} {getattr(broken, 'which', '')}")
def test_a_task_broken_in_one_way_fails_exactly_the_questions_about_it(broken: Task, failed: Failed) -> None:
    assert failed(Exam(), task=broken) == BREAKS[broken]


def test_every_question_of_the_exam_is_failed_by_some_broken_task() -> None:
    asked = {name.removeprefix("test_") for name in dir(TaskContract) if name.startswith("test_")}
    assert asked == set().union(*BREAKS.values()) | {POSITION, ONCE}


class ShuffledOnTheWay(Batches):
    """Draws anew where it is restarted in the middle of an epoch."""

    times = count()

    def next(self) -> tuple[Tensor, Tensor]:
        self._seed = next(self.times)
        return super().next()


class ShowsTheFirstAgain(Batches):
    def next(self) -> tuple[Tensor, Tensor]:
        inputs, labels = super().next()
        first = self._split.part(self._order[:1])
        return torch.cat([first.inputs, inputs[1:]]), torch.cat([first.labels, labels[1:]])


@pytest.mark.parametrize(("broken", "wrong"), [(ShuffledOnTheWay, POSITION), (ShowsTheFirstAgain, ONCE)])
def test_broken_batches_fail_the_question_about_them(
    broken: type[Batches], wrong: str, failed: Failed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(task_contract, "Batches", broken)
    assert failed(Exam(), task=Sound()) == {wrong}


def test_a_task_whose_splits_are_given_need_not_heed_a_seed() -> None:
    class GivenExam(Exam):
        seed_field = None

    GivenExam().test_another_seed_parts_the_examples_otherwise(DoesNotHeedItsSeed())


def test_an_exam_without_its_fixture_says_what_to_give() -> None:
    fixture: Callable[[TaskContract], Task] = unwrap(TaskContract.task)
    with pytest.raises(NotImplementedError, match="Exam has to give the fixture `task`"):
        fixture(Exam())
