from __future__ import annotations

import pytest
from pydantic import ValidationError

from nas_engine.shapes import FeatureShape, TaskShape, halved
from nas_engine.wire import adapter, plain, read


@pytest.mark.parametrize(
    ("size", "stride", "left"), [(8, 1, 8), (8, 2, 4), (7, 2, 4), (1, 2, 1), (2, 2, 1), (7, 3, 3), (9, 3, 3)]
)
def test_a_stride_leaves_the_pixels_at_which_it_can_stand(size: int, stride: int, left: int) -> None:
    assert halved(size, stride) == left == len(range(0, size, stride))


def test_a_strided_shape_keeps_its_channels_unless_told_otherwise() -> None:
    assert FeatureShape(3, 7, 8).strided(2) == FeatureShape(3, 4, 4)
    assert FeatureShape(3, 7, 8).strided(2, channels=5) == FeatureShape(5, 4, 4)


def test_a_vector_is_one_pixel() -> None:
    assert FeatureShape(10) == FeatureShape(10, 1, 1)
    assert FeatureShape(10).pixels == 1


def test_pixels_are_counted_over_both_sides_and_not_over_channels() -> None:
    assert FeatureShape(3, 7, 8).pixels == 56


def test_a_shape_reads_channels_by_height_by_width() -> None:
    assert str(FeatureShape(3, 7, 8)) == "3x7x8"


def test_a_task_s_input_is_its_image() -> None:
    assert TaskShape(channels=1, height=28, width=20, classes=10).input == FeatureShape(1, 28, 20)


def test_a_task_s_shape_reads_back_from_plain_data() -> None:
    shape = TaskShape(channels=1, height=28, width=20, classes=10)
    assert plain(shape) == {"channels": 1, "height": 28, "width": 20, "classes": 10}
    assert read(TaskShape, plain(shape)) == shape


@pytest.mark.parametrize("wrong", [{"channels": 0}, {"height": 0}, {"width": -1}, {"classes": 1}])
def test_a_task_without_an_image_or_a_choice_is_refused_where_it_is_read(wrong: dict[str, int]) -> None:
    fields = {"channels": 3, "height": 32, "width": 32, "classes": 10} | wrong
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        adapter(TaskShape).validate_python(fields)
