"""Components by name: a registered dataclass from plain data and back, with errors that name the field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from math import isfinite
from typing import Any, TypeVar

from pydantic import (
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    SerializerFunctionWrapHandler,
    TypeAdapter,
    ValidationError,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, ErrorDetails, core_schema

from nas_engine.errors import InvalidRecipe, NasError
from nas_engine.wire import Plain, adapter, canonical

C = TypeVar("C")
ABSENT = ("missing", "missing_argument")  # pydantic's names for it


def component(registry: Mapping[str, type[C]], value: object, path: str = "") -> C:
    """The component that plain data describes: its `kind` and its fields. Raises InvalidRecipe, naming the field.

    `path` is where the data stands in the recipe.
    """
    if not isinstance(value, dict):
        raise InvalidRecipe(path, value, f"an object with a 'kind' (one of {', '.join(registry)})")
    kind = value.get("kind")
    if not isinstance(kind, str) or kind not in registry:
        raise InvalidRecipe(_joined(path, "kind"), kind, f"one of {', '.join(registry)}")
    return checked(registry[kind], {name: item for name, item in value.items() if name != "kind"}, path)


def checked(kind: type[C], value: object, path: str = "") -> C:
    """A dataclass from plain data, strictly: no unknown field, no text for a number. Raises InvalidRecipe."""
    try:
        text = canonical(value)
    except ValueError as error:  # looked for only now: a space's document holds hundreds of thousands of numbers
        for place, number in _not_finite(value, path):
            raise InvalidRecipe(place, number, "a finite number") from error
        raise
    try:
        return adapter(kind).validate_json(text, strict=True)
    except ValidationError as error:
        raise _named(kind, value, error.errors(), path) from error
    except InvalidRecipe:
        raise
    except NasError as error:  # a dataclass's own check
        raise InvalidRecipe(path, value, str(error)) from error


def _not_finite(value: object, path: str) -> Iterator[tuple[str, float]]:
    """Numbers that JSON has no word for, and where they stand."""
    if isinstance(value, float) and not isfinite(value):
        yield path, value
    for name, item in _items(value).items():
        yield from _not_finite(item, _joined(path, str(name)))


def _named(kind: type[object], value: object, errors: list[ErrorDetails], path: str) -> InvalidRecipe:
    """The first error. Where a field takes one type or another, the one that got furthest is heard."""
    first = max((error for error in errors if error["loc"][:1] == errors[0]["loc"][:1]), key=lambda e: len(e["loc"]))
    where = _joined(path, *_place(value, first))
    inner = first.get("ctx", {}).get("error")
    if isinstance(inner, InvalidRecipe):
        return InvalidRecipe(_joined(where, inner.field), inner.got, inner.wanted)
    if isinstance(inner, NasError):
        return InvalidRecipe(where, first["input"], str(inner))
    if first["type"] in ("unexpected_keyword_argument", "extra_forbidden"):
        known = ", ".join(field.name for field in fields(kind)) if len(first["loc"]) == 1 else "those in the catalog"  # type: ignore[arg-type]
        return InvalidRecipe(where, first["input"], f"no such field; the fields are {known}")
    if first["type"] in ABSENT:
        return InvalidRecipe(where, None, "a value: this field has no default")
    place = list(_place(value, first))
    heard = [error["msg"].removeprefix("Input should be ") for error in errors if list(_place(value, error)) == place]
    return InvalidRecipe(where, first["input"], " or ".join(dict.fromkeys(heard)))


def _place(value: object, error: ErrorDetails) -> Iterator[str]:
    """Names and positions that lead to the error: without the type that was tried, which pydantic puts among them."""
    if not error["loc"]:
        return
    *way, last = error["loc"]
    for part in way:
        if part in (items := _items(value)):
            yield str(part)
            value = items[part]
    if last in _items(value) or (isinstance(value, dict) and error["type"] in ABSENT):
        yield str(last)


def _items(value: object) -> Mapping[int | str, object]:
    if isinstance(value, dict):
        return value
    return dict(enumerate(value)) if isinstance(value, list) else {}


def _joined(*parts: str) -> str:
    return ".".join(part for part in parts if part)


def described(thing: object) -> Plain:
    """A component as plain data, every field written out, so that a later change of a default changes nothing."""
    dumped: Plain = {"kind": type(thing).kind, **adapter(type(thing)).dump_python(thing, mode="json")}  # type: ignore[attr-defined]
    return dumped


def without_younger_defaults(
    thing: object, write: SerializerFunctionWrapHandler, younger: Mapping[str, object]
) -> dict[str, Any]:
    """For a component's `model_serializer`: fields that came later are written only where they say something.

    So older recipes keep their digests, and runs of an older version go on. `younger`: those fields' defaults.
    """
    written: dict[str, Any] = write(thing)
    return {name: value for name, value in written.items() if getattr(thing, name) != younger.get(name, ...)}


@dataclass(frozen=True)
class OneOf:
    """Marks a field that holds a component of a registry: `Annotated[Trainer, OneOf(TRAINERS)]`."""

    registry: Mapping[str, type[Any]]

    def __hash__(self) -> int:
        return id(self.registry)

    def _read(self, value: object) -> object:
        return value if isinstance(value, tuple(self.registry.values())) else component(self.registry, value)

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self._read, serialization=core_schema.plain_serializer_function_ser_schema(described)
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"oneOf": [component_schema(kind) for kind in self.registry.values()]}


def component_schema(kind: type[Any]) -> JsonSchemaValue:
    """The JSON schema of a component's plain data: its `kind`, its fields with range, default and a line of help."""
    whole = TypeAdapter(kind).json_schema()
    schema: JsonSchemaValue = _inlined(whole, whole.pop("$defs", {}))
    schema["properties"] = {"kind": {"const": kind.kind}, **schema.get("properties", {})}
    schema["required"] = ["kind", *schema.get("required", [])]
    schema["title"] = kind.kind
    schema["description"] = (kind.__doc__ or "").strip().partition("\n")[0]
    return schema


def _inlined(schema: Any, definitions: Mapping[str, Any]) -> Any:
    """A schema without references, so that it can stand inside another one."""
    if isinstance(schema, dict):
        if "$ref" in schema:
            named = definitions[schema["$ref"].removeprefix("#/$defs/")]
            rest = {name: item for name, item in schema.items() if name != "$ref"}
            return _inlined({**named, **rest}, definitions)
        return {name: _inlined(item, definitions) for name, item in schema.items()}
    return [_inlined(item, definitions) for item in schema] if isinstance(schema, list) else schema
