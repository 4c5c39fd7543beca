"""Recipes: what is right is read and written out whole, what is wrong is named by field."""

import json
from copy import deepcopy
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from nas_engine.errors import Incompatible, InvalidRecipe
from nas_engine.recipe import recipe
from nas_engine.trainers import AutoSpace

EXAMPLES = Path(__file__).parents[2] / "examples"


def example(name: str = "quickstart") -> Any:
    return json.loads((EXAMPLES / f"{name}.json").read_text())


def with_value(path: str, value: object) -> Any:
    """The quickstart with one field changed."""
    found = example()
    *parents, last = path.split(".")
    at: Any = found
    for part in parents:
        at = at[int(part)] if part.isdigit() else at[part]
    at[last] = value
    return found


@pytest.mark.parametrize("name", ["quickstart", "tiny"])
def test_an_example_reads_and_its_written_form_reads_as_the_same_recipe(name: str) -> None:
    plan = recipe(example(name))
    again = recipe(json.loads(json.dumps(plan.plain)))
    assert again.plain == plan.plain
    assert again.digest == plan.digest


def test_the_written_form_holds_every_default_but_of_fields_that_came_later() -> None:
    plan = recipe(example())
    trainer = plan.plain["pipeline"][0]["trainer"]  # type: ignore[index]
    assert set(trainer) == {"kind", *(field.name for field in fields(AutoSpace))} - {"reading", "fitness"}


@pytest.mark.parametrize(
    ("path", "value", "wanted"),
    [
        ("version", 2, "1"),
        ("name", "", "at least 1 character"),
        ("name", 'quoted " name', "pattern"),
        ("seed", "7", "integer"),
        ("seed", -1, "greater than or equal to 0"),
        ("colour", "red", "no such field; the fields are version, name"),
        ("task.kind", "object_detection", "one of image_classification"),
        ("task.data", "imagenet", "'digits'"),
        ("task.resolution", 3, "greater than or equal to 4"),
        ("space.kind", "nasbench", "one of autospace, chain"),
        ("space.skeleton", "enormous", "known: mobile"),
        ("space.kernels", [], "at least 1 item"),
        ("budget.network.madds", 0, "greater than 0"),
        ("budget.network.latency", 3, "no such field"),
        ("budget.search.reserve", 1.0, "less than 1"),
        ("pipeline", [], "at least 1 item"),
        ("pipeline.0.kind", "dream", "one of train, search"),
        ("pipeline.0.trainer.kind", "darts", "one of autospace"),
        ("pipeline.0.trainer.generations", 0, "greater than or equal to 1"),
        ("pipeline.0.trainer.generations", 2.5, "integer"),
        ("pipeline.0.trainer.genarations", 3, "the fields are generations, steps"),
        ("pipeline.2.strategy.mode", "shrink", "'regrow' or 'intersect'"),
        ("pipeline.5.trainer.epochs", 0, "greater than or equal to 1"),
        ("pipeline.4.name", "a\0b", "pattern"),
        ("pipeline.4.name", "", "at least 1 character"),
        ("pipeline.6.exporters", ["pdf"], "one of architecture_json, model_card, onnx, pytorch_source"),
    ],
)
def test_a_wrong_value_is_named_by_field_with_what_it_got_and_what_it_wants(
    path: str, value: object, wanted: str
) -> None:
    with pytest.raises(InvalidRecipe) as caught:
        recipe(with_value(path, value))
    error = caught.value
    assert error.field == path or error.field.startswith(f"{path}.") or path.startswith(error.field), error.field
    assert wanted in str(error)
    assert f"'{error.field}'" in str(error)


def test_a_missing_field_is_named() -> None:
    found = example()
    del found["task"]
    with pytest.raises(InvalidRecipe, match="'task': got None, wanted a value"):
        recipe(found)


@pytest.mark.parametrize("value", [None, [], "quickstart", 3])
def test_what_is_no_object_is_refused(value: object) -> None:
    with pytest.raises(InvalidRecipe, match="a JSON object"):
        recipe(value)


def test_a_number_that_json_has_no_word_for_is_refused() -> None:
    with pytest.raises(InvalidRecipe):
        recipe(with_value("pipeline.0.trainer.margin", float("nan")))


@pytest.mark.parametrize(
    ("left_out", "stage", "product"),
    [
        ([0, 1], "shrink", "supernet"),
        ([3], "control", "ranking"),
        ([3, 4], "retrain", "ranking"),
        ([5], "export", "model"),
    ],
)
def test_a_stage_without_its_product_is_refused_with_the_stage_that_gives_it(
    left_out: list[int], stage: str, product: str
) -> None:
    found = deepcopy(example())
    found["pipeline"] = [entry for number, entry in enumerate(found["pipeline"]) if number not in left_out]
    with pytest.raises(Incompatible, match=f"stage '{stage}' needs a {product}.*put a stage of kind"):
        recipe(found)


def given(*genes: str, **budget: int) -> dict[str, object]:
    """A recipe that trains one network of the tiny space, by name."""
    pipeline = [{"kind": "given", "genes": list(genes)}, {"kind": "retrain"}, {"kind": "export"}]
    space = {"kind": "chain", "operators": ["mb3_e2", "sep3", "skip"], "skeleton": "tiny"}
    return {**with_value("pipeline", pipeline), "space": space, "budget": {"network": budget}}


def test_a_network_that_is_given_stands_in_for_a_search() -> None:
    plan = recipe(given("mb3_e2", "skip", "sep3"))
    assert [stage.kind for stage in plan.pipeline] == ["given", "retrain", "export"]


@pytest.mark.parametrize(
    ("genes", "budget", "wanted"),
    [
        (("mb3_e2", "skip"), {}, "got 2 genes, wanted 3"),
        (("mb3_e2", "skip", "dream"), {}, "unknown operator 'dream'"),
        (("mb3_e2", "skip", "conv3"), {}, "a network of the recipe's space"),
        (("mb3_e2", "skip", "sep3"), {"params": 500}, "within the budget .at most 500 params, it has "),
    ],
)
def test_a_given_network_that_is_none_of_the_space_or_over_the_budget_is_refused(
    genes: tuple[str, ...], budget: dict[str, int], wanted: str
) -> None:
    with pytest.raises(InvalidRecipe, match=wanted) as caught:
        recipe(given(*genes, **budget))
    assert caught.value.field == "pipeline.0.genes"


def test_a_supernet_on_the_open_space_is_refused_before_anything_is_spent() -> None:
    pipeline = [{"kind": "train", "trainer": {"kind": "uniform_paths"}}]
    with pytest.raises(Incompatible, match=r"'pipeline.0.trainer'.*3,969 options.*evolve the space first"):
        recipe(with_value("pipeline", pipeline))
