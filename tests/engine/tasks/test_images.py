"""Packed data as a task: given splits are kept, bytes stay bytes, and it is exactly what lies on disk."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from nas_engine.components import component, described
from nas_engine.data import Index, Packed, shelf
from nas_engine.errors import BadData, InvalidRecipe
from nas_engine.run import Context, Work, perform
from nas_engine.tasks import TASKS, GivenNormalisation, ImageClassification, Split, StoredData, Task
from nas_engine.testing import MemoryContext, TaskContract
from tests.samples import Files, folders, laid, mnist


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "shelf"))


def kept(files: Files, folder: Path) -> Index:
    return shelf().keep(laid(files, folder / "mine")).index


def task_of(index: Index, **fields: object) -> ImageClassification:
    made = component(TASKS, {"kind": "image_classification", "data": index.recipe(), **fields})
    assert isinstance(made, ImageClassification)
    return made


class TestPackedImages(TaskContract):
    examples = 100

    @pytest.fixture(params=[{}, {"resolution": 4}, {"split_seed": 5, "validation": 0.4}], ids=str)
    def task(self, request: pytest.FixtureRequest, tmp_path: Path) -> Task:
        alone = {name: data for name, data in mnist(100).items() if "train" in name}
        return task_of(kept(alone, tmp_path), **request.param)


class TestPackedImagesWithATestSplit(TaskContract):
    examples = 72
    seed_field = None

    @pytest.fixture
    def task(self, tmp_path: Path) -> Task:
        files = folders(24, above="train/") | folders(6, above="val/", first=500) | folders(6, above="test/", first=900)
        return task_of(kept(files, tmp_path))


def raw(split: Split) -> bytes:
    return split.kept.permute(0, 2, 3, 1).contiguous().numpy().tobytes()


def test_splits_that_are_given_are_kept_whole(tmp_path: Path) -> None:
    task = task_of(kept(mnist(), tmp_path), validation=0.25)
    opened, test = task.open(), task.open_test()
    assert isinstance(task.data, StoredData)
    packed = Packed(shelf().place(task.data.sha256))
    assert (len(opened.train), len(opened.validation), len(test)) == (32, 8, 10)  # 2 of each class of 10, rounded
    assert raw(test) == packed.images("test").tobytes()
    assert test.labels.tolist() == packed.labels("test").tolist()


def test_bytes_stay_bytes_until_a_batch_is_made(tmp_path: Path) -> None:
    opened = task_of(kept(mnist(), tmp_path), resolution=4).open()
    assert opened.train.kept.dtype == torch.uint8
    assert opened.train.part([1, 2]).kept.dtype == torch.uint8
    inputs, _ = opened.batches(8, seed=1).next()
    assert (inputs.dtype, inputs.shape) == (torch.float32, (8, 1, 4, 4))


def test_normalisation_is_by_the_training_images_or_as_it_is_given(tmp_path: Path) -> None:
    index = kept(folders(30), tmp_path)
    by_training, unit = task_of(index).open(), task_of(index, normalisation="unit").open()
    given = task_of(index, normalisation={"mean": [1, 2, 3], "deviation": [4, 5, 6]})
    assert given.normalisation == GivenNormalisation((1.0, 2.0, 3.0), (4.0, 5.0, 6.0))
    assert abs(float(by_training.train.inputs.mean())) < 1e-4
    assert (float(unit.train.inputs.min()), float(unit.train.inputs.max())) == (0.0, pytest.approx(250 / 255))
    pixels = unit.train.inputs * 255
    wanted = (pixels - torch.tensor([1.0, 2, 3])[:, None, None]) / torch.tensor([4.0, 5, 6])[:, None, None]
    torch.testing.assert_close(given.open().train.inputs, wanted)
    with pytest.raises(InvalidRecipe, match="2 means and 3 deviations for 3 channels"):
        task_of(index, normalisation={"mean": [1, 2], "deviation": [4, 5, 6]})


def test_its_preprocessing_says_what_a_file_goes_through(tmp_path: Path) -> None:
    how = task_of(kept(mnist(), tmp_path), resolution=4).open().preprocessing
    assert (how.kept, how.height, how.highest) == ((6, 5), 4, 255.0)
    assert ImageClassification().open().preprocessing.highest == 16.0


def test_origins_lead_back_to_the_files(tmp_path: Path) -> None:
    task = task_of(kept(folders(10), tmp_path))
    assert isinstance(task.data, StoredData)
    packed, test = Packed(shelf().place(task.data.sha256)), task.open_test()
    for place, origin in enumerate(task.origins(list(range(len(test))))):
        assert origin.split == "train"  # it was cut from it
        assert origin.name == packed.names("train")[origin.position]
        pixels = test.kept[place].permute(1, 2, 0).numpy()
        assert np.array_equal(pixels, packed.images("train")[origin.position])


def test_augmentation_is_of_training_batches_alone(tmp_path: Path) -> None:
    index = kept(mnist(), tmp_path)
    plain, varied = task_of(index), task_of(index, augmentation={"kind": "flip_crop", "pad": 1})
    assert torch.equal(plain.open().validation.inputs, varied.open().validation.inputs)
    assert torch.equal(plain.open().train.inputs, varied.open().train.inputs)
    (first, labels), (other, same) = plain.open().batches(8, 1).next(), varied.open().batches(8, 1).next()
    assert torch.equal(labels, same)
    assert not torch.equal(first, other)


# ------------------------------------------------------------------------------------------------------ what is missing


def test_data_that_are_not_there_are_named_with_the_cure(tmp_path: Path) -> None:
    task = task_of(kept(mnist(), tmp_path), split_seed=41)
    shutil.rmtree(tmp_path / "shelf")
    assert task.shape.height == 6  # a plan needs no disk
    with pytest.raises(BadData, match="upload or pack them there again, or set DATA_DIR"):
        task.open()


def test_a_work_whose_data_are_missing_fails_with_that_reason(tmp_path: Path) -> None:
    task = task_of(kept(mnist(), tmp_path), split_seed=77)
    shutil.rmtree(tmp_path / "shelf")
    payload = {
        "task": {"kind": "image_classification", "data": described(task)["data"], "split_seed": 77},
        "trainer": {},
    }
    work = Work("0-train", 0, "train", payload | {"trainer": {"kind": "uniform_paths", "batches": 1}}, seed=1)
    context: Context = MemoryContext(work)
    result = perform(work, context)
    assert result.mishap is not None
    assert result.mishap.reason == "bad data"
    assert "set DATA_DIR" in result.mishap.message


def test_a_recipe_that_says_other_counts_than_the_data_is_refused(tmp_path: Path) -> None:
    task = task_of(kept(mnist(), tmp_path))
    assert isinstance(task.data, StoredData)
    wrong = replace(task, data=replace(task.data, images={"train": 41, "test": 10}))
    with pytest.raises(BadData, match="take the recipe's data from the index"):
        wrong.open()


def test_data_without_training_images_are_refused() -> None:
    value = {"kind": "stored", "sha256": "0" * 64, "images": {"test": 3}}
    shape = {"channels": 1, "height": 8, "width": 8, "classes": 2}
    with pytest.raises(InvalidRecipe, match="wanted a training split"):
        component(TASKS, {"kind": "image_classification", "data": {**value, "shape": shape}})
