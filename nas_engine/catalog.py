"""Catalog: every component with its fields, ranges and one-line help, as JSON schema. Forms and API schemas are drawn from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import JsonSchemaValue

from nas_engine.augmentations import AUGMENTATIONS
from nas_engine.components import checked, component_schema
from nas_engine.errors import InvalidRecipe
from nas_engine.estimators import ESTIMATORS
from nas_engine.exporters import EXPORTERS
from nas_engine.operators import EXAMPLES, OPERATORS, Declaration, labels_by_name, operator, operator_set
from nas_engine.operators.primitives import PRIMITIVES
from nas_engine.recipe import Recipe
from nas_engine.spaces import SKELETONS
from nas_engine.spaces.choices import MOST_DECLARED, SPACE_CHOICES
from nas_engine.stages import STAGES
from nas_engine.strategies import STRATEGIES
from nas_engine.tasks import SOURCES, TASKS
from nas_engine.trainers import TRAINERS
from nas_engine.wire import Plain, plain

FAMILIES: dict[str, Mapping[str, type[Any]]] = {
    "tasks": TASKS,
    "augmentations": AUGMENTATIONS,
    "spaces": SPACE_CHOICES,
    "stages": STAGES,
    "trainers": TRAINERS,
    "strategies": STRATEGIES,
    "estimators": ESTIMATORS,
    "exporters": EXPORTERS,
    "operators": {kind.kind: kind for kind in OPERATORS},
    "primitives": PRIMITIVES,
}


def catalog() -> dict[str, dict[str, JsonSchemaValue]]:
    """Family -> kind -> JSON schema of the component's fields, its title and its first line of documentation.

    An operator's entry carries the form of its labels, which is how a recipe names it.
    """
    found = {family: {kind: _entry(thing) for kind, thing in kinds.items()} for family, kinds in FAMILIES.items()}
    for kind in OPERATORS:
        entry = found["operators"][kind.kind]
        entry["label"] = kind.pattern
        entry["examples"] = [label for label in EXAMPLES if kind.read(label) is not None]
    return found


def skeletons() -> dict[str, JsonSchemaValue]:
    """The built-in skeletons, by name."""
    return {name: dict(plain(skeleton)) for name, skeleton in SKELETONS.items()}


def built_in_data() -> dict[str, JsonSchemaValue]:
    """The data sets that need no upload: shape, number of images, checksum."""
    return {
        name: {**plain(source.shape), "images": source.count, "sha256": source.sha256}
        for name, source in SOURCES.items()
    }


def read_operators(labels: Sequence[str], declared: Sequence[object] = ()) -> tuple[list[str], list[Plain]]:
    """The labels of an operator set and what it declares, each as it is written canonically.

    A declared operator is listed by its name. Raises UnknownComponent for a label that no operator reads, InvalidArchitecture
    for an empty set or a label twice, InvalidRecipe for a declaration that cannot be or that no label names.
    """
    read = [checked(Declaration, value, f"declared.{number}") for number, value in enumerate(declared)]
    if len(read) > MOST_DECLARED:
        raise InvalidRecipe("declared", f"{len(read)} operators", f"at most {MOST_DECLARED}")
    own = labels_by_name(read)
    written = [label if label in own else operator(label).canonical.label for label in labels]
    operator_set([own.get(label, label) for label in written])
    for number, one in enumerate(read):
        if one.name not in written:
            raise InvalidRecipe(f"declared.{number}.name", one.name, "a name that the labels list too")
    return written, [plain(one) for one in read]


def read_labels(labels: Sequence[str]) -> list[str]:
    """The labels of an operator set that declares nothing. Raises as `read_operators` does."""
    return read_operators(labels)[0]


def declaration_schema() -> JsonSchemaValue:
    """JSON schema of a declared operator."""
    return TypeAdapter(Declaration).json_schema()


def recipe_schema() -> JsonSchemaValue:
    """JSON schema of a whole recipe."""
    return TypeAdapter(Recipe).json_schema()


def _entry(kind: type[Any]) -> JsonSchemaValue:
    if not hasattr(kind, "__dataclass_fields__"):  # an exporter: nothing to set
        return {"title": kind.kind, "type": "object", "properties": {}, "description": _first_line(kind)}
    return component_schema(kind) | {"description": _first_line(kind)}


def _first_line(kind: type[Any]) -> str:
    return (kind.__doc__ or "").strip().partition("\n")[0]
