from __future__ import annotations

import json
from dataclasses import fields, replace

import pytest
import torch
from torch.nn import functional

from nas_engine.components import component, described
from nas_engine.errors import Incompatible, InvalidRecipe
from nas_engine.shapes import TaskShape
from nas_engine.tasks import TASKS, ImageClassification, Split, Task
from nas_engine.tasks.digits import digits
from nas_engine.testing import TaskContract


class TestDigits(TaskContract):
    examples = 1797

    @pytest.fixture
    def task(self) -> Task:
        return ImageClassification()


class TestDigitsOfAnotherSize(TaskContract):
    examples = 1797

    @pytest.fixture(params=[5, 12])
    def task(self, request: pytest.FixtureRequest) -> Task:
        return ImageClassification(resolution=request.param)


class TestDigitsInOddShares(TaskContract):
    examples = 1797

    @pytest.fixture
    def task(self) -> Task:
        return ImageClassification(validation=0.07, test=0.61, split_seed=3)


def labels(split: Split) -> list[int]:
    return [int((split.labels == label).sum()) for label in range(10)]


def test_digits_are_8_by_8_grey_images_of_ten_classes() -> None:
    assert ImageClassification().shape == TaskShape(1, 8, 8, 10)


def test_every_class_is_parted_in_the_same_shares() -> None:
    task = ImageClassification(validation=0.3, test=0.1)
    opened, test = task.open(), task.open_test()
    for whole, validation, tested in zip(*map(labels, (_everything(task), opened.validation, test)), strict=True):
        assert abs(validation - 0.3 * whole) <= 0.5
        assert abs(validation + tested - 0.4 * whole) <= 0.5


def _everything(task: ImageClassification) -> Split:
    opened, test = task.open(), task.open_test()
    parts = (opened.train, opened.validation, test)
    return Split(torch.cat([part.inputs for part in parts]), torch.cat([part.labels for part in parts]))


def test_labels_stay_with_their_images() -> None:
    images, opened = digits(), ImageClassification().open()
    known = {image.tobytes(): int(label) for image, label in zip(images.pixels, images.labels, strict=True)}
    (mean,), (deviation,) = opened.preprocessing.mean, opened.preprocessing.deviation
    for split in (opened.train, opened.validation):
        raw = (split.inputs * deviation + mean).round()
        assert [known[image.numpy().tobytes()] for image in raw] == split.labels.tolist()


def test_preprocessing_makes_the_inputs_from_the_raw_images() -> None:
    images = torch.from_numpy(digits().pixels)
    for resolution in (None, 5, 12):
        opened = ImageClassification(resolution=resolution).open()
        how = opened.preprocessing
        resized = functional.interpolate(images, (how.height, how.width), mode="area")
        made = (resized - torch.tensor(how.mean)[:, None, None]) / torch.tensor(how.deviation)[:, None, None]
        inputs = {image.numpy().tobytes() for image in made}
        assert all(image.contiguous().numpy().tobytes() in inputs for image in opened.validation.inputs)


def test_the_validation_images_play_no_part_in_preprocessing() -> None:
    first, second = (ImageClassification(split_seed=seed).open() for seed in (0, 1))
    assert first.preprocessing.mean != second.preprocessing.mean
    for opened in (first, second):
        assert abs(opened.train.inputs.mean().item()) < 1e-5


def test_every_field_changes_what_is_opened() -> None:
    task = ImageClassification()
    alternatives = {"resolution": 5, "validation": 0.3, "test": 0.1, "split_seed": 1, "normalisation": "unit"}
    others = {"data", "augmentation"}  # of the first one is built in, the second changes batches
    assert set(alternatives) == {field.name for field in fields(task)} - others
    opened, tested = task.open(), task.open_test()
    for name, value in alternatives.items():
        other = replace(task, **{name: value})  # type: ignore[arg-type]
        same = [
            ours.shape == theirs.shape and torch.equal(ours, theirs)
            for ours, theirs in (
                (opened.train.inputs, other.open().train.inputs),
                (opened.validation.inputs, other.open().validation.inputs),
                (tested.inputs, other.open_test().inputs),
            )
        ]
        assert not all(same), name


def test_it_reads_back_from_what_describes_it() -> None:
    task = ImageClassification(resolution=12, validation=0.1, split_seed=7)
    assert component(TASKS, json.loads(json.dumps(described(task)))) == task


@pytest.mark.parametrize(
    ("given", "field", "wanted"),
    [
        ({"data": "cifar"}, "task.data", "'digits'"),
        ({"resolution": 3}, "task.resolution", "greater than or equal to 4"),
        ({"validation": 0}, "task.validation", "greater than 0"),
        ({"test": 1.0}, "task.test", "less than 1"),
        ({"split_seed": -1}, "task.split_seed", "greater than or equal to 0"),
        ({"seed": 1}, "task.seed", "no such field; the fields are data, resolution, validation, test, split_seed"),
        ({"validation": 0.6, "test": 0.4}, "task", "leave nothing to train on; wanted a sum below 1"),
    ],
)
def test_a_field_that_cannot_be_is_refused_by_name(given: dict[str, object], field: str, wanted: str) -> None:
    with pytest.raises(InvalidRecipe, match=wanted) as refusal:
        component(TASKS, {"kind": "image_classification", **given}, "task")
    assert refusal.value.field == field


@pytest.mark.parametrize(
    ("shares", "split"),
    [
        ({"validation": 0.002}, "validation"),
        ({"test": 0.002}, "test"),
        ({"validation": 0.5, "test": 0.4999}, "train"),
    ],
)
def test_a_share_too_small_for_one_image_of_each_class_is_refused(shares: dict[str, float], split: str) -> None:
    with pytest.raises(Incompatible, match=rf"leave the {split} split none of the \d+ images of class \d"):
        ImageClassification(**shares).open()
