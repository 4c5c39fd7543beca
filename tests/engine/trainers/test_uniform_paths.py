from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial

import pytest

from nas_engine.budget import NetworkLimits
from nas_engine.chance import Chance
from nas_engine.errors import Incompatible
from nas_engine.products import Products
from nas_engine.spaces import ChainSpace, Within, chain, skeleton_named
from nas_engine.supernets import ChainSupernet, Mixture
from nas_engine.tasks import OpenTask
from nas_engine.testing import TrainerContract
from nas_engine.testing.trainer_contract import Made
from nas_engine.trainers import UniformPaths
from nas_engine.wire import Tensors


class TestUniformPaths(TrainerContract):
    alternatives = {
        "batches": 14,
        "batch": 9,
        "learning_rate": 0.05,
        "weight_decay": 0.01,
        "label_smoothing": 0.1,
        "clip": 0.5,
        "precision": "bf16",
    }

    @pytest.fixture
    def trainer(self) -> Made:
        return partial(UniformPaths, batches=23, batch=7)

    @pytest.fixture
    def products(self, operators: ChainSpace, digits: OpenTask) -> Products:
        middle = operators.cost(operators.architecture(["sep3", "mb3_e2", "skip"]), digits.shape).madds
        return Products(space=operators, limits=NetworkLimits(madds=middle))

    @pytest.fixture
    def task(self, digits: OpenTask) -> OpenTask:
        return digits


def trained(products: Products, task: OpenTask, **fields: float) -> Tensors:
    trainer = UniformPaths(**{"batches": 20, "batch": 19, **fields})  # type: ignore[arg-type]
    trainer.setup(products, task, Chance(0))
    for _ in range(trainer.length):
        trainer.step()
    supernet = trainer.conclude().supernet
    assert supernet is not None
    return supernet


def initial(products: Products, task: OpenTask) -> Tensors:
    """The supernet as it is set up with the same seed."""
    trainer = UniformPaths()
    trainer.setup(products, task, Chance(0))
    supernet = trainer.conclude().supernet
    assert supernet is not None
    return {name: tensor.clone() for name, tensor in supernet.items()}


def of_option(supernet: Tensors, label: str) -> Tensors:
    return {name: tensor for name, tensor in supernet.items() if f".{label}." in name}


def test_every_option_is_trained(operators: ChainSpace, digits: OpenTask) -> None:
    products = Products(space=operators)
    before, after = initial(products, digits), trained(products, digits)
    for name, tensor in after.items():
        assert not tensor.equal(before[name]), f"{name} was not trained in twenty batches"


def test_an_option_that_only_stands_in_networks_over_the_limits_is_left_as_it_was(digits: OpenTask) -> None:
    space = chain(skeleton_named("tiny"), ("mb3_e6", "skip"))
    dear = space.architecture(["mb3_e6", "skip", "skip"])
    limits = NetworkLimits(madds=space.cost(dear, digits.shape).madds - 1)
    assert {a.genes[0] for a in space.members() if limits.allow(space.cost(a, digits.shape))} == {"skip"}
    products = Products(space=space, limits=limits)
    before, after = initial(products, digits), trained(products, digits, weight_decay=0.5)
    untouched = {name: tensor for name, tensor in of_option(after, "mb3_e6").items() if name.startswith("block_0.")}
    assert untouched
    assert all(tensor.equal(before[name]) for name, tensor in untouched.items())
    assert not all(tensor.equal(before[name]) for name, tensor in of_option(after, "skip").items())


def test_it_starts_from_the_supernet_before_it_where_names_and_shapes_fit(digits: OpenTask) -> None:
    before = chain(skeleton_named("tiny"), ("mb3_e2", "sep3"))
    space = chain(skeleton_named("tiny"), ("sep3", "conv1"))
    given = trained(Products(space=before), digits)
    given["stem.conv.weight"] = given["stem.conv.weight"][:3]  # of another width
    started = initial(Products(space=space, supernet=given), digits)
    fresh = initial(Products(space=space), digits)
    assert all(tensor.equal(given[name]) for name, tensor in of_option(started, "sep3").items())
    assert all(tensor.equal(fresh[name]) for name, tensor in of_option(started, "conv1").items())
    assert started["stem.conv.weight"].equal(fresh["stem.conv.weight"])
    assert started["head.classifier.weight"].equal(given["head.classifier.weight"])


def test_paths_are_drawn_uniformly(operators: ChainSpace, digits: OpenTask, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Mixture] = []
    path = ChainSupernet.path

    def noted(supernet: ChainSupernet, genes: Sequence[str]) -> Mixture:
        drawn.append(path(supernet, genes))
        return drawn[-1]

    monkeypatch.setattr(ChainSupernet, "path", noted)
    trained(Products(space=operators), digits, batches=150, batch=2)
    assert len(drawn) == 150
    for place in range(3):
        times = Counter(indices[place] for indices in drawn)
        assert sorted(times) == [0, 1, 2]
        assert min(times.values()) > 30


def test_a_space_without_a_supernet_is_refused(cells: ChainSpace, operators: ChainSpace, digits: OpenTask) -> None:
    with pytest.raises(Incompatible, match="64"):
        UniformPaths().setup(Products(space=cells), digits, Chance(0))
    view = Within(operators, NetworkLimits(), digits.shape)
    with pytest.raises(Incompatible, match="make a supernet"):
        UniformPaths().setup(Products(space=view), digits, Chance(0))
