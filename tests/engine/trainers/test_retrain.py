from __future__ import annotations

from functools import partial

import pytest

from nas_engine.chance import Chance
from nas_engine.products import Model, Products, Ranked, Ranking
from nas_engine.spaces import ChainSpace
from nas_engine.tasks import OpenTask, accuracy
from nas_engine.testing import TrainerContract
from nas_engine.testing.trainer_contract import Made
from nas_engine.trainers import Retrain


class TestRetrain(TrainerContract):
    alternatives = {
        "epochs": 1,
        "batch": 9,
        "learning_rate": 0.05,
        "weight_decay": 0.01,
        "label_smoothing": 0.0,
        "clip": 0.5,
        "precision": "bf16",
    }

    @pytest.fixture
    def trainer(self) -> Made:
        return partial(Retrain, epochs=2, batch=7)

    @pytest.fixture
    def products(self, operators: ChainSpace, digits: OpenTask) -> Products:
        network = operators.architecture(["sep3", "mb3_e2", "skip"])
        return Products(
            space=operators, ranking=Ranking((Ranked(network, 0.5, operators.cost(network, digits.shape)),))
        )

    @pytest.fixture
    def task(self, digits: OpenTask) -> OpenTask:
        return digits


def ranked(space: ChainSpace, task: OpenTask, *genes: list[str]) -> Products:
    networks = [space.architecture(labels) for labels in genes]
    entries = tuple(Ranked(network, 0.5, space.cost(network, task.shape)) for network in networks)
    return Products(space=space, ranking=Ranking(entries))


def retrained(products: Products, task: OpenTask, **fields: int) -> Model:
    trainer = Retrain(**{"epochs": 3, "batch": 19, **fields})
    trainer.setup(products, task, Chance(0))
    for _ in range(trainer.length):
        trainer.step()
    model = trainer.conclude().model
    assert model is not None
    return model


def test_it_trains_the_first_of_the_ranking(operators: ChainSpace, digits: OpenTask) -> None:
    best, second = ["sep3", "mb3_e2", "skip"], ["skip", "skip", "skip"]
    model = retrained(ranked(operators, digits, best, second), digits)
    assert model.architecture == operators.architecture(best)


def test_what_it_gives_is_the_network_with_the_accuracy_that_it_states(operators: ChainSpace, digits: OpenTask) -> None:
    model = retrained(ranked(operators, digits, ["sep3", "mb3_e2", "skip"]), digits)
    network = operators.build(model.architecture, digits.shape)
    network.load_state_dict(model.tensors)
    assert accuracy(network, digits.validation) == model.validation


def test_it_learns(operators: ChainSpace, digits: OpenTask) -> None:
    model = retrained(ranked(operators, digits, ["mb3_e2", "mb3_e2", "mb3_e2"]), digits, epochs=20)
    assert model.validation > 0.4, "on 95 images; by chance it would be a tenth"
