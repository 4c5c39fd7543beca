"""Image classification."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Annotated, Any, ClassVar, Literal

from pydantic import ConfigDict, Field, SerializerFunctionWrapHandler, model_serializer

from nas_engine.augmentations import AUGMENTATIONS, Augmentation, NoAugmentation
from nas_engine.chance import Chance, seed_from
from nas_engine.components import OneOf, without_younger_defaults
from nas_engine.errors import Incompatible
from nas_engine.shapes import TaskShape
from nas_engine.tasks.base import OpenTask, Origin, Preprocessing, Split, Task, prepared, resized
from nas_engine.tasks.images import SOURCES, Data, LabelledImages, StoredData, opened

BLOCK = 4096  # images whose moments are taken at once
Parts = dict[str, tuple[str, list[int]]]  # split -> the given split that it lies in, and positions there


@dataclass(frozen=True)
class GivenNormalisation:
    """Mean and deviation of each channel, such as a published network was trained with."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    mean: Annotated[tuple[float, ...], Field(min_length=1, max_length=3, description="in raw pixel units")]
    deviation: Annotated[
        tuple[Annotated[float, Field(gt=0)], ...],
        Field(min_length=1, max_length=3, description="in raw pixel units"),
    ]


@dataclass(frozen=True)
class ImageClassification(Task):
    """Labelled images: cross-entropy loss, accuracy as the score. Splits that the data came in are kept, others are cut by seed."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    kind: ClassVar[str] = "image_classification"

    data: Annotated[Data, Field(description="a built-in data set, or packed data as their index names them")] = "digits"
    resolution: Annotated[
        int | None, Field(ge=4, le=512, description="pixels a side after resizing by area; empty: as it is")
    ] = None
    validation: Annotated[
        float, Field(gt=0, lt=1, description="share of the images for validation, unless given apart")
    ] = 0.2
    test: Annotated[
        float, Field(gt=0, lt=1, description="share of the images for the final report, unless given apart")
    ] = 0.2
    split_seed: Annotated[int, Field(ge=0, description="which images go where")] = 0
    normalisation: Annotated[
        Literal["training", "unit"] | GivenNormalisation,
        Field(description="mean and deviation of the training images, or pixels from 0 to 1, or figures given"),
    ] = "training"
    augmentation: Annotated[Augmentation, OneOf(AUGMENTATIONS), Field(description="of training images alone")] = field(
        default_factory=NoAugmentation
    )

    def __post_init__(self) -> None:
        if self.validation + self.test >= 1:
            raise Incompatible(
                f"task: validation {self.validation} and test {self.test} leave nothing to train on;"
                " wanted a sum below 1"
            )
        how, channels = self.normalisation, self.shape.channels
        if isinstance(how, GivenNormalisation) and {len(how.mean), len(how.deviation)} != {channels}:
            raise Incompatible(
                f"task: normalisation has {len(how.mean)} means and {len(how.deviation)} deviations for {channels} channels;"
                " wanted one of each a channel"
            )

    @model_serializer(mode="wrap")
    def _without_younger_defaults(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        younger = {"normalisation": "training", "augmentation": NoAugmentation()}
        return without_younger_defaults(self, write, younger)

    @property
    def shape(self) -> TaskShape:
        raw = self.data.shape if isinstance(self.data, StoredData) else SOURCES[self.data].shape
        side = self.resolution
        return raw if side is None else TaskShape(raw.channels, side, side, raw.classes)

    @property
    def title(self) -> str:
        return str(self.data)

    def open(self, device: str = "cpu") -> OpenTask:
        return _opened(self, device) if isinstance(self.data, StoredData) else self._open(device)

    def open_test(self, device: str = "cpu") -> Split:
        images, parts = opened(self.data), self._parts()
        return _split(images, parts["test"], self._preprocessing(images, parts["train"]), device)

    def origins(self, positions: list[int]) -> list[Origin]:
        images, (split, chosen) = opened(self.data), self._parts()["test"]
        return [Origin(split, chosen[place], images.name(split, chosen[place])) for place in positions]

    def _open(self, device: str) -> OpenTask:
        images, parts = opened(self.data), self._parts()
        preprocessing = self._preprocessing(images, parts["train"])
        return OpenTask(
            self.shape,
            _split(images, parts["train"], preprocessing, device),
            _split(images, parts["validation"], preprocessing, device),
            preprocessing,
            augmentation=self.augmentation,
        )

    def _parts(self) -> Parts:
        """Positions of each split. Splits that the data came in are kept whole; the others are cut from the training images:
        every class is shuffled by seed and cut in the same shares.

        Raises Incompatible for a share that leaves a split without some class.
        """
        given = opened(self.data).given()
        parts: Parts = {
            split: (split, list(range(len(given[split])))) for split in ("validation", "test") if split in given
        }
        validation = 0.0 if "validation" in parts else self.validation
        test = 0.0 if "test" in parts else self.test
        cut: dict[str, list[int]] = {"train": []}
        cut |= {split: [] for split in ("validation", "test") if split not in parts}
        labels = given["train"]
        for label in range(self.shape.classes):
            own = [int(i) for i in (labels == label).nonzero()[0]]
            order = Chance(seed_from("split", self.split_seed, label)).sample(own, len(own))
            first, second = round(len(own) * validation), round(len(own) * (validation + test))
            shares = {"train": order[second:], "validation": order[:first], "test": order[first:second]}
            for name, positions in cut.items():
                if not shares[name]:
                    raise Incompatible(
                        f"task: validation {self.validation} and test {self.test} leave the {name} split none of the"
                        f" {len(own)} images of class {label}; wanted shares that give each split some of each class"
                    )
                positions += shares[name]
        return parts | {name: ("train", sorted(positions)) for name, positions in cut.items()}

    def _preprocessing(self, images: LabelledImages, train: tuple[str, list[int]]) -> Preprocessing:
        """Normalised by the training images as the network sees them, after resizing, unless the recipe says otherwise."""
        shape, how = self.shape, self.normalisation
        if isinstance(how, GivenNormalisation):
            mean, deviation = how.mean, how.deviation
        elif how == "unit":
            mean, deviation = (0.0,) * shape.channels, (images.highest,) * shape.channels
        else:
            mean, deviation = _moments(images, train, shape)
        kept = (self.data.shape.height, self.data.shape.width) if isinstance(self.data, StoredData) else None
        return Preprocessing(shape.height, shape.width, mean, deviation, images.classes, kept, images.highest)


@lru_cache(maxsize=2)
def _opened(task: ImageClassification, device: str) -> OpenTask:
    """Packed data, opened once for all the Work that a process does with them."""
    return task._open(device)


def _moments(
    images: LabelledImages, part: tuple[str, list[int]], shape: TaskShape
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Mean and deviation of each channel, in bounded memory."""
    import torch

    (split, positions), count = part, len(part[1]) * shape.height * shape.width
    total, squares = torch.zeros(2, shape.channels, dtype=torch.float64)
    for start in range(0, len(positions), BLOCK):
        raw = images.pixels(split, positions[start : start + BLOCK])
        block = resized(raw, shape.height, shape.width).double()
        total += block.sum(dim=(0, 2, 3))
        squares += (block * block).sum(dim=(0, 2, 3))
    mean = total / count
    deviation = (squares / count - mean**2).clamp(min=0).sqrt()
    return (
        tuple(round(float(value), 6) for value in mean),
        tuple(round(max(float(value), 1e-6), 6) for value in deviation),
    )


def _split(images: LabelledImages, part: tuple[str, list[int]], how: Preprocessing, device: str) -> Split:
    """Images whose pixels are bytes stay bytes until a batch is made of them."""
    import torch

    split, positions = part
    raw = images.pixels(split, positions).to(device)
    labels = torch.from_numpy(images.given()[split][positions]).to(device)
    return Split(raw, labels, how) if raw.dtype == torch.uint8 else Split(prepared(raw, how), labels)
