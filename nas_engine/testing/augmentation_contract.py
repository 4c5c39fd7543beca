"""The exam of every augmentation."""

from __future__ import annotations

import pytest
import torch

from nas_engine.augmentations import Augmentation
from nas_engine.components import described

SIZES = ((7, 3, 9, 12), (1, 1, 8, 8))


class AugmentationContract:
    """What every augmentation promises, as tests. Inherit it, give one fixture, and pytest runs the exam::

    class TestBlur(AugmentationContract):
        @pytest.fixture
        def augmentation(self) -> Augmentation:
            return Blur()
    """

    @pytest.fixture
    def augmentation(self) -> Augmentation:
        """The augmentation under examination; with `params`, several."""
        raise NotImplementedError(f"{type(self).__name__} has to give the fixture `augmentation`")

    @pytest.mark.parametrize("size", SIZES)
    def test_it_keeps_the_shape_and_the_layout(self, augmentation: Augmentation, size: tuple[int, ...]) -> None:
        made = augmentation.apply(_images(size), 3)
        assert made.shape == size, f"images of {size} became {tuple(made.shape)}"
        assert made.dtype == torch.float32, f"they became {made.dtype}"
        assert made.is_contiguous(memory_format=torch.channels_last), "they are not channels-last"

    def test_what_it_draws_follows_from_the_seed_alone(self, augmentation: Augmentation) -> None:
        before = torch.get_rng_state()
        first = augmentation.apply(_images(SIZES[0]), 3)
        torch.rand(5)
        assert torch.equal(first, augmentation.apply(_images(SIZES[0]), 3)), "the same seed gave other images"
        torch.set_rng_state(before)
        augmentation.apply(_images(SIZES[0]), 4)
        assert torch.equal(before, torch.get_rng_state()), "it draws from torch's own generator"

    def test_it_leaves_what_it_was_given_as_it_was(self, augmentation: Augmentation) -> None:
        images = _images(SIZES[0])
        augmentation.apply(images, 3)
        assert torch.equal(images, _images(SIZES[0])), "the images that it was given have changed"

    def test_it_says_in_words_what_it_does(self, augmentation: Augmentation) -> None:
        assert augmentation.words
        assert described(augmentation)["kind"] == augmentation.kind


def _images(size: tuple[int, ...]) -> torch.Tensor:
    draws = torch.Generator().manual_seed(0)
    return torch.randn(size, generator=draws).contiguous(memory_format=torch.channels_last)
