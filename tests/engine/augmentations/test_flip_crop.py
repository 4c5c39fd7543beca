from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from nas_engine.augmentations import Augmentation, FlipCrop
from nas_engine.testing import AugmentationContract


class TestFlipCrop(AugmentationContract):
    @pytest.fixture(params=[FlipCrop(), FlipCrop(pad=0), FlipCrop(pad=2, flip=False, cutout=3), FlipCrop(0, False, 5)])
    def augmentation(self, request: pytest.FixtureRequest) -> Augmentation:
        augmentation: Augmentation = request.param
        return augmentation


def numbered(count: int = 64) -> torch.Tensor:
    """Images of which every pixel has a number of its own, none of them 0."""
    return (
        torch.arange(1.0, 1 + count * 2 * 6 * 5).reshape(count, 2, 6, 5).contiguous(memory_format=torch.channels_last)
    )


def shifts(image: torch.Tensor, pad: int, mirrored: bool) -> list[torch.Tensor]:
    """Every image that shifting by up to `pad` pixels can make."""
    source = image.flip(2) if mirrored else image
    padded = functional.pad(source, [pad] * 4)
    height, width = image.shape[1:]
    return [padded[:, y : y + height, x : x + width] for y in range(2 * pad + 1) for x in range(2 * pad + 1)]


def test_every_image_is_shifted_by_itself_and_all_of_its_channels_alike() -> None:
    images = numbered()
    made = FlipCrop(pad=1, flip=False).apply(images, 5)
    found = [
        next(place for place, one in enumerate(shifts(image, 1, False)) if torch.equal(one, moved))
        for image, moved in zip(images, made, strict=True)
    ]
    assert len(set(found)) == 9  # all the ways there are


def test_about_half_of_the_images_are_mirrored() -> None:
    images = numbered(400)
    made = FlipCrop(pad=0).apply(images, 5)
    mirrored = sum(torch.equal(a, b.flip(2)) for a, b in zip(made, images, strict=True))
    as_they_are = sum(torch.equal(a, b) for a, b in zip(made, images, strict=True))
    assert mirrored + as_they_are == 400
    assert 160 < mirrored < 240


def test_what_is_cut_out_is_one_square_of_zeros() -> None:
    made = FlipCrop(pad=0, flip=False, cutout=3).apply(numbered(), 2)
    sizes = [(image == 0).all(dim=0).sum().item() for image in made]
    assert max(sizes) == 9
    assert min(sizes) >= 4  # at a corner
    assert all(torch.equal((image == 0)[0], (image == 0)[1]) for image in made)


def test_another_batch_is_varied_otherwise() -> None:
    images = numbered()
    assert not torch.equal(FlipCrop().apply(images, 1), FlipCrop().apply(images, 2))


def test_one_that_does_nothing_says_so() -> None:
    assert FlipCrop(pad=0, flip=False).words == "none"
    assert FlipCrop().words == "shifted by up to 4 pixels, mirrored with probability 1/2"
