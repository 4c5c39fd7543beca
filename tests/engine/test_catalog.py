"""Catalog: every component, with what a form needs."""

import json

import pytest

from nas_engine.catalog import FAMILIES, catalog, read_labels, recipe_schema, skeletons
from nas_engine.components import component
from nas_engine.errors import NasError
from nas_engine.operators import operator
from nas_engine.spaces import SKELETONS


def test_every_registered_component_is_listed_with_one_line_of_help() -> None:
    found = catalog()
    for family, kinds in FAMILIES.items():
        assert set(found[family]) == set(kinds)
        for kind, entry in found[family].items():
            assert entry["description"], f"{family}.{kind}"


def test_every_field_says_what_it_is() -> None:
    for family in ("tasks", "spaces", "trainers", "strategies", "estimators"):
        for kind, entry in catalog()[family].items():
            for name, field in entry["properties"].items():
                assert name == "kind" or field.get("description"), f"{family}.{kind}.{name}"


def test_numbers_have_ranges() -> None:
    fields = catalog()["trainers"]["autospace"]["properties"]
    assert (fields["generations"]["minimum"], fields["generations"]["default"]) == (1, 30)
    assert (fields["mutation"]["minimum"], fields["mutation"]["maximum"]) == (0, 1)


@pytest.mark.parametrize("family", ["trainers", "strategies", "estimators", "tasks"])
def test_the_defaults_that_are_listed_make_the_component(family: str) -> None:
    for kind, entry in catalog()[family].items():
        values = {name: field["default"] for name, field in entry["properties"].items() if "default" in field}
        assert type(component(FAMILIES[family], {"kind": kind, **values})) is FAMILIES[family][kind]


def test_operators_show_the_labels_that_a_recipe_names_them_by() -> None:
    for kind, entry in catalog()["operators"].items():
        assert entry["examples"], kind
        assert all(operator(label).kind == kind for label in entry["examples"])


def test_labels_are_read_into_their_canonical_form_and_odd_ones_named() -> None:
    assert read_labels(["skip", "mb3_e6"]) == ["skip", "mb3_e6"]
    for odd, named in ((["none of ours"], "none of ours"), (["skip", "skip"], "skip twice"), ([], "at least one")):
        with pytest.raises(NasError, match=named):
            read_labels(odd)


def test_the_whole_is_plain_json() -> None:
    assert json.loads(json.dumps([catalog(), skeletons(), recipe_schema()]))
    assert set(skeletons()) == set(SKELETONS)
