from __future__ import annotations

import pytest
import torch

from nas_engine.augmentations import Augmentation, NoAugmentation
from nas_engine.testing import AugmentationContract


class TestNone(AugmentationContract):
    @pytest.fixture
    def augmentation(self) -> Augmentation:
        return NoAugmentation()


def test_images_stay_as_they_are() -> None:
    images = torch.rand(3, 1, 4, 4)
    assert NoAugmentation().apply(images, 1) is images
