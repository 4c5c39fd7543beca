from __future__ import annotations

from dataclasses import fields, replace

import pytest

from nas_engine.components import checked, component, described
from nas_engine.errors import InvalidRecipe
from nas_engine.operators import Declaration
from nas_engine.spaces import (
    ChainSpace,
    Skeleton,
    SpaceDocument,
    Stage,
    Subspace,
    autospace,
    chain,
    nasbench201,
    nasbench_macro,
    skeleton_named,
    space_document,
)
from nas_engine.spaces.choices import (
    SPACE_CHOICES,
    NasBench201,
    NasBenchMacro,
    OpenCells,
    OperatorCell,
    OperatorChain,
    Saved,
    SpaceChoice,
)
from tests.engine.operators.declared_samples import BARE, BY, GHOST, declaration

OWN = Skeleton((Stage(8, 2, 2),), stem=4)

LISTED = chain(skeleton_named("tiny"), ("conv3", "skip"))
SHRUNK = Subspace.of(LISTED, {LISTED.architecture(["conv3", "skip", "skip"])})


def document(space: ChainSpace | Subspace) -> SpaceDocument:
    return checked(SpaceDocument, space_document(space))


POOLS, PASSES = ((checked(Declaration, declaration("own", nodes)),) for nodes in (BARE, BY))

CHOICES: dict[SpaceChoice, dict[str, object]] = {  # with another value for each field
    OpenCells(skeleton="tiny"): {
        "skeleton": "small",
        "kernels": (3,),
        "expansion": 3,
        "mixing": False,
        "reference": "mb3_e6",
    },
    OperatorChain(("conv3", "own"), skeleton="tiny", declared=POOLS): {
        "operators": ("conv3", "sep3"),
        "skeleton": OWN,
        "reference": "own",
        "declared": PASSES,
    },
    OperatorCell(("conv3", "own"), declared=POOLS): {
        "operators": ("sep3", "own"),
        "cells": 1,
        "width": 8,
        "stages": 2,
        "reference": "own",
        "declared": PASSES,
    },
    NasBench201(): {"cells": 1, "width": 8},
    NasBenchMacro(): {},
    Saved(document(SHRUNK)): {"document": document(LISTED)},
}


def test_a_choice_makes_the_space_that_it_describes() -> None:
    assert OpenCells("tiny", (3,), 2, False, "mb3_e6").space() == autospace(
        skeleton_named("tiny"), (3,), 2, False, "mb3_e6"
    )
    assert OperatorChain(("conv3", "skip"), OWN, "skip").space() == chain(OWN, ("conv3", "skip"), "skip")
    cells = OperatorCell(tuple(nasbench201().alphabets[0].labels), 2, 8, reference="conv3")
    assert cells.space() == nasbench201(2, 8)
    assert NasBench201(3, 8).space() == nasbench201(3, 8)
    assert NasBenchMacro().space() == nasbench_macro()
    assert Saved(document(SHRUNK)).space() == SHRUNK


@pytest.mark.parametrize("choice", CHOICES)
def test_every_field_of_a_choice_changes_the_space(choice: SpaceChoice) -> None:
    alternatives = CHOICES[choice]
    assert set(alternatives) == {field.name for field in fields(choice)}  # type: ignore[arg-type]
    for name, value in alternatives.items():
        assert replace(choice, **{name: value}).space() != choice.space(), name  # type: ignore[type-var]


@pytest.mark.parametrize("choice", [*CHOICES, OperatorChain(("conv3",), OWN)])
def test_a_choice_reads_back_from_what_describes_it(choice: SpaceChoice) -> None:
    assert component(SPACE_CHOICES, described(choice)) == choice


def chosen(**fields: object) -> SpaceChoice:
    return component(SPACE_CHOICES, {"kind": "chain", "operators": ["conv3"], "skeleton": "tiny"} | fields, "space")


def stages(**stage: object) -> dict[str, object]:
    return {"skeleton": {"stages": [{"width": 8, "blocks": 1} | stage]}}


@pytest.mark.parametrize(
    ("given", "field", "wanted"),
    [
        ({"operators": []}, "space.operators", "at least 1 item"),
        ({"operators": "conv3"}, "space.operators", "a valid array"),
        ({"operators": ["conv3", 3]}, "space.operators.1", "a valid string"),
        ({"operators": ["conv4"]}, "space.operators", "unknown operator 'conv4'"),
        ({"operators": ["conv3", "conv3"]}, "space.operators", "conv3 twice"),
        ({"operators": ["none"]}, "space.operators", "cut the chain|cannot stand"),
        ({"reference": "reduce"}, "space.reference", "reference 'reduce' cannot stand"),
        ({"skeleton": "huge"}, "space.skeleton", "unknown skeleton 'huge'"),
        ({"skeleton": 3}, "space.skeleton", "a valid string or an object"),
        ({"skeleton": {}}, "space.skeleton.stages", "this field has no default"),
        ({"skeleton": {"stages": []}}, "space.skeleton.stages", "at least 1 item"),
        (
            {"skeleton": {"stages": [{"width": 8, "blocks": 1}], "first": {"operator": "conv4", "width": 3}}},
            "space.skeleton.first.operator",
            "unknown operator 'conv4'",
        ),
        (stages(width=0), "space.skeleton.stages.0.width", "greater than or equal to 1"),
        (stages(depth=0), "space.skeleton.stages.0.depth", "no such field"),
        ({"kernels": [3]}, "space.kernels", "no such field; the fields are operators, skeleton, reference, declared"),
        ({"declared": [declaration("skip", BARE)]}, "space.declared.0.name", "a built-in operator has this one"),
        ({"declared": [declaration("own", [])]}, "space.declared.0.nodes", "at least 1 item"),
        ({"declared": [declaration("own", BARE)] * 2}, "space.declared.1.name", "each name once"),
        (
            {"declared": [declaration("own", [{"kind": "pool", "kernel": 4, "stride": True}])]},
            "space.declared.0.nodes.0.kernel",
            "3, 5, 7, 9 or 11",
        ),
    ],
)
def test_a_choice_that_fits_nothing_is_refused_by_its_field(given: dict[str, object], field: str, wanted: str) -> None:
    with pytest.raises(InvalidRecipe, match=wanted) as refusal:
        chosen(**given)
    assert refusal.value.field == field


@pytest.mark.parametrize("kernels", [[3, 4], [3, 3], [1]])
def test_kernels_that_no_cell_has_are_refused(kernels: list[int]) -> None:
    with pytest.raises(InvalidRecipe, match=r"'space\.kernels'.*wanted odd numbers from 3"):
        component(SPACE_CHOICES, {"kind": "autospace", "kernels": kernels}, "space")


def test_a_saved_space_that_is_none_is_refused_by_its_field() -> None:
    plain = space_document(SHRUNK)
    for change, field in (
        ({"members": [[0, 1, 9]]}, "space.document.members.0"),
        ({"reference": "conv4"}, "space.document.reference"),
        ({"places": [0, 0]}, "space.document.places"),
        ({"alphabets": [["conv3", 3]]}, "space.document.alphabets.0.1"),
        ({"format": "onnx"}, "space.document.format"),
        ({"size": 1}, "space.document.size"),
    ):
        with pytest.raises(InvalidRecipe) as refusal:
            component(SPACE_CHOICES, {"kind": "saved", "document": plain | change}, "space")
        assert refusal.value.field == field


# ----------------------------------------------------------------------------------------------- a team's own operators


def test_a_declared_operator_stands_wherever_its_name_is_said() -> None:
    first = {"skeleton": {"stages": [{"width": 8, "blocks": 1}], "first": {"operator": "own", "width": 3}}}
    made = chosen(operators=["conv3", "own"], reference="own", declared=[declaration("own", GHOST)], **first).space()
    label = made.reference_label
    assert label.startswith("[conv1:out/2:s norm relu")
    assert made.alphabets[0].labels == ("conv3", label)
    assert made.skeleton.first is not None
    assert made.skeleton.first.operator == label


def test_a_recipe_without_declared_operators_is_written_as_before_there_were_any() -> None:
    assert set(described(chosen())) == {"kind", "operators", "skeleton", "reference"}


def test_another_name_for_the_same_steps_is_the_same_space() -> None:
    one, other = (chosen(operators=["conv3", name], declared=[declaration(name, BARE)]).space() for name in ("a", "b"))
    assert one == other
