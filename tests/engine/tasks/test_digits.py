from __future__ import annotations

import numpy as np

from nas_engine.tasks.digits import digits


def test_there_are_1797_images_of_8_by_8_pixels_from_0_to_16() -> None:
    images = digits()
    assert images.pixels.shape == (1797, 1, 8, 8)
    assert images.pixels.dtype == np.float32
    assert (images.pixels.min(), images.pixels.max()) == (0, 16)
    assert (images.pixels == images.pixels.round()).all()


def test_each_image_has_one_of_ten_labels() -> None:
    images = digits()
    assert images.labels.shape == (1797,)
    assert images.labels.dtype == np.int64
    assert np.bincount(images.labels).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert images.classes == tuple("0123456789")


def test_the_images_are_read_once() -> None:
    assert digits() is digits()
