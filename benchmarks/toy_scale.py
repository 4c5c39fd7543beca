"""What the trained benchmarks share: small real data, one small skeleton, networks that are all trained the same. Toy scale."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from time import process_time

import torch

from nas_engine.architecture import Architecture
from nas_engine.chance import Chance, seed_from
from nas_engine.data import shelf
from nas_engine.data.files import settled
from nas_engine.products import Products, Ranked, Ranking
from nas_engine.recipe import recipe
from nas_engine.spaces import ChainSpace, SearchSpace, Skeleton, Stage, autospace
from nas_engine.tasks import OpenTask, Split, accuracy
from nas_engine.trainers import Retrain, Trainer

PIXELS, TRAINED_ON, SCORED_ON = 14, 4_000, 3_000
SKELETON = Skeleton((Stage(8, 2, 2), Stage(16, 2, 1)), stem=8)
EXPANSION = 3
SOURCES = {"fashion": "fashion-mnist", "cifar10-jpeg": "images/cifar10-jpeg-train.tar.xz"}
WORDS = {"fashion": "Fashion-MNIST", "cifar10-jpeg": "CIFAR-10, JPEG copy"}


def source(data: Path, fashion: Path, name: str) -> Path:
    """Where a data set is; ends with a sentence where it is not there."""
    path = fashion if name == "fashion" else data / SOURCES[name]
    if not path.exists():
        raise SystemExit(
            f"there is no {WORDS[name]} at {path}: name its folder by --data, Fashion-MNIST's by --fashion"
        )
    return path


def task_of(path: Path, seed: int, tested: bool = False) -> OpenTask:
    """A task of 14x14 images whose training and validation parts are drawn by seed, ready in memory.

    `tested`: for the final report, with the test split in the place of the validation part.
    """
    plain = {
        "version": 1,
        "name": "toy scale",
        "task": {
            "kind": "image_classification",
            "data": {"kind": "files", "path": str(path), "name": path.name},
            "resolution": PIXELS,
            "split_seed": seed,
        },
        "space": {"kind": "autospace"},
        "pipeline": [{"kind": "train", "trainer": {"kind": "autospace"}}],
    }
    task = recipe(settled(plain, shelf())[0]).task
    whole, chance = task.open(), Chance(seed_from(seed, "toy scale"))
    train, validation = _ready(whole.train, TRAINED_ON, chance), _ready(whole.validation, SCORED_ON, chance)
    return replace(whole, train=train, validation=task.open_test() if tested else validation)


def _ready(split: Split, count: int, chance: Chance) -> Split:
    part = split.part(chance.sample(range(len(split)), count))
    return Split(part.inputs, part.labels)


def open_space() -> ChainSpace:
    """Every cell of AutoSpace at four places in four layer groups; the reference is R3."""
    return autospace(SKELETON, expansion=EXPANSION)


def trained(space: SearchSpace, architecture: Architecture, task: OpenTask, seed: int, epochs: int) -> float:
    """Accuracy on the validation part after training from scratch."""
    trainer = Retrain(epochs=epochs, batch=64)
    ranking = Ranking((Ranked(architecture, 0.0, space.cost(architecture, task.shape)),))
    trainer.setup(Products(space=space.root, ranking=ranking), task, Chance(seed))
    run(trainer)
    return accuracy(trainer._network, task.validation)


def run(trainer: Trainer) -> float:
    """Take all steps; returns processor seconds."""
    begun = process_time()
    while trainer.position < trainer.length:
        trainer.facts = []
        trainer.step()
    return process_time() - begun


def one_thread() -> None:
    """As everywhere: so that figures do not depend on how busy the machine is."""
    torch.set_num_threads(1)
