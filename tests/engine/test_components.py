from __future__ import annotations

import json
from dataclasses import dataclass
from dataclasses import field as entry
from typing import Annotated, ClassVar, Literal

import pytest
from pydantic import ConfigDict, Field

from nas_engine.components import OneOf, checked, component, component_schema, described
from nas_engine.errors import Incompatible, InvalidArchitecture, InvalidRecipe, UnknownComponent

# ------------------------------------------------------------------------- a small family: vessels, which carry cargo


@dataclass(frozen=True)
class Cargo:
    __pydantic_config__ = ConfigDict(extra="forbid")

    tons: Annotated[float, Field(ge=0)]
    what: str = "sand"


@dataclass(frozen=True)
class Raft:
    """A raft.

    Of logs.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")
    kind: ClassVar[str] = "raft"

    logs: Annotated[int, Field(ge=1, le=20, description="logs tied together")] = 5
    wood: Literal["oak", "fir"] = "fir"
    speed: float | None = None

    def __post_init__(self) -> None:
        if self.logs == 13:
            raise Incompatible("13 logs bring bad luck")
        if self.logs == 14:
            raise InvalidArchitecture("14 logs do not float")
        if self.logs == 15:
            raise UnknownComponent("number of logs", 15, ("5", "6"))


VESSELS: dict[str, type[object]] = {"raft": Raft}


@dataclass(frozen=True)
class Barge:
    """A barge."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    kind: ClassVar[str] = "barge"

    tug: Annotated[object, OneOf(VESSELS)]
    name: str
    holds: tuple[Cargo, ...] = ()
    deck: str | Cargo = "empty"
    marks: dict[str, Cargo] = entry(default_factory=dict)


VESSELS["barge"] = Barge
TUGS: dict[str, type[object]] = {"raft": Raft}


@dataclass(frozen=True)
class Ferry:
    kind: ClassVar[str] = "ferry"

    tug: Annotated[object, OneOf(TUGS)]
    cargo: Cargo = Cargo(1)


RAFT = {"kind": "raft"}
BARGE = {"kind": "barge", "name": "Anna", "tug": RAFT}


def refused(value: object, path: str = "") -> InvalidRecipe:
    with pytest.raises(InvalidRecipe) as refusal:
        component(VESSELS, value, path)
    error = refusal.value
    assert str(error).startswith(f"recipe field '{error.field}': got ")
    assert str(error).endswith(f"wanted {error.wanted}")
    return error


# ------------------------------------------------------------------------------------------------- reading, describing


def test_plain_data_make_the_component_that_they_describe() -> None:
    assert component(VESSELS, {"kind": "raft", "logs": 7}) == Raft(7)
    assert component(VESSELS, RAFT) == Raft()


def test_a_component_may_hold_another_and_that_another() -> None:
    fleet = component(VESSELS, {**BARGE, "tug": {**BARGE, "name": "Berta", "tug": {"kind": "raft", "logs": 9}}})
    assert fleet == Barge(Barge(Raft(9), "Berta"), "Anna")


def test_what_describes_a_component_reads_back_as_it_with_every_default_written_out() -> None:
    barge = Barge(Raft(9, speed=2.5), "Anna", (Cargo(3), Cargo(0.5, "salt")), Cargo(1), {"port": Cargo(2)})
    plain = described(barge)
    assert plain["tug"] == {"kind": "raft", "logs": 9, "wood": "fir", "speed": 2.5}
    assert set(plain) == {"kind", "tug", "name", "holds", "deck", "marks"}
    assert component(VESSELS, json.loads(json.dumps(plain))) == barge


def test_a_whole_number_will_do_for_a_number() -> None:
    assert component(VESSELS, {"kind": "raft", "speed": 2}) == Raft(speed=2.0)


# --------------------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("value", "field", "got", "wanted"),
    [
        (None, "", None, "an object with a 'kind' (one of raft, barge)"),
        ([RAFT], "", [RAFT], "an object with a 'kind' (one of raft, barge)"),
        ({}, "kind", None, "one of raft, barge"),
        ({"kind": "canoe"}, "kind", "canoe", "one of raft, barge"),
        ({"kind": ["raft"]}, "kind", ["raft"], "one of raft, barge"),
        ({"kind": "raft", "logs": 0}, "logs", 0, "greater than or equal to 1"),
        ({"kind": "raft", "logs": 21}, "logs", 21, "less than or equal to 20"),
        ({"kind": "raft", "logs": "5"}, "logs", "5", "a valid integer"),
        ({"kind": "raft", "logs": 5.0}, "logs", 5.0, "a valid integer"),
        ({"kind": "raft", "logs": True}, "logs", True, "a valid integer"),
        ({"kind": "raft", "logs": None}, "logs", None, "a valid integer"),
        ({"kind": "raft", "speed": "2"}, "speed", "2", "a valid number"),
        ({"kind": "raft", "wood": "elm"}, "wood", "elm", "'oak' or 'fir'"),
        ({"kind": "raft", "sails": 2}, "sails", 2, "no such field; the fields are logs, wood, speed"),
        ({"kind": "barge", "tug": RAFT}, "name", None, "a value: this field has no default"),
        ({"kind": "barge", "name": "Anna"}, "tug", None, "a value: this field has no default"),
    ],
)
def test_a_refusal_names_the_field_what_it_got_and_what_it_wants(
    value: object, field: str, got: object, wanted: str
) -> None:
    error = refused(value)
    assert (error.field, error.got, error.wanted) == (field, got, wanted)


@pytest.mark.parametrize(
    ("given", "field", "wanted"),
    [
        ({"tug": "raft"}, "tug", "an object with a 'kind' (one of raft, barge)"),
        ({"tug": {}}, "tug.kind", "one of raft, barge"),
        ({"tug": {"kind": "canoe"}}, "tug.kind", "one of raft, barge"),
        ({"tug": {"kind": "raft", "logs": 0}}, "tug.logs", "greater than or equal to 1"),
        ({"tug": {"kind": "raft", "sails": 0}}, "tug.sails", "no such field; the fields are logs, wood, speed"),
        ({"tug": {**BARGE, "tug": {"kind": "raft", "logs": 0}}}, "tug.tug.logs", "greater than or equal to 1"),
        ({"holds": [{"tons": 1}, {"tons": -1}]}, "holds.1.tons", "greater than or equal to 0"),
        ({"holds": [{"what": "salt"}]}, "holds.0.tons", "a value: this field has no default"),
        ({"holds": [{"tons": 1, "depth": 2}]}, "holds.0.depth", "no such field"),
        ({"holds": [3]}, "holds.0", "an object"),
        ({"holds": {"tons": 1}}, "holds", "a valid array"),
        ({"deck": {"tons": -1}}, "deck.tons", "greater than or equal to 0"),
        ({"deck": {}}, "deck.tons", "a value: this field has no default"),
        ({"deck": 3}, "deck", "a valid string or an object"),
        ({"deck": []}, "deck", "a valid string or an object"),
        ({"marks": {"bow": {"tons": "x"}}}, "marks.bow.tons", "a valid number"),
    ],
)
def test_a_field_of_a_field_is_named_by_its_dotted_path(given: dict[str, object], field: str, wanted: str) -> None:
    error = refused(BARGE | given)
    assert error.field == field
    assert error.wanted.startswith(wanted)


def test_the_path_begins_where_the_data_stand_in_the_recipe() -> None:
    assert refused({"kind": "raft", "logs": 0}, "fleet.2").field == "fleet.2.logs"
    assert refused({**BARGE, "tug": {"kind": "raft", "logs": 0}}, "fleet.2").field == "fleet.2.tug.logs"
    assert refused({"kind": "canoe"}, "fleet.2").field == "fleet.2.kind"
    assert refused(3, "fleet.2").field == "fleet.2"


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_a_number_that_is_not_finite_is_refused_by_its_field(number: float) -> None:
    for value, field in (
        ({"kind": "raft", "speed": number}, "fleet.0.speed"),
        ({**BARGE, "tug": {"kind": "raft", "speed": number}}, "fleet.0.tug.speed"),
        ({**BARGE, "holds": [{"tons": 1}, {"tons": number}]}, "fleet.0.holds.1.tons"),
    ):
        error = refused(value, "fleet.0")
        assert (error.field, error.got, error.wanted) == (field, number, "a finite number")


@pytest.mark.parametrize(
    ("logs", "text"), [(13, "bad luck"), (14, "do not float"), (15, "unknown number of logs 15; known: 5, 6")]
)
def test_a_component_s_own_check_is_told_with_the_place_of_the_component(logs: int, text: str) -> None:
    raft = {"kind": "raft", "logs": logs}
    for value, field in ((raft, "fleet"), ({**BARGE, "tug": raft}, "fleet.tug")):
        error = refused(value, "fleet")
        assert error.field == field
        assert text in error.wanted


def test_of_several_errors_the_first_field_s_is_told() -> None:
    assert refused({"kind": "raft", "logs": 0, "wood": "elm", "sails": 2}).field == "logs"
    assert refused({**BARGE, "holds": [{"tons": -1}], "deck": {"tons": -1}}).field == "holds.0.tons"


def test_what_is_no_component_is_checked_the_same_way() -> None:
    assert checked(Cargo, {"tons": 2}) == Cargo(2.0)
    for value, field in (({"tons": -1}, "cargo.tons"), ({}, "cargo.tons"), (3, "cargo"), (None, "cargo")):
        with pytest.raises(InvalidRecipe) as refusal:
            checked(Cargo, value, "cargo")
        assert refusal.value.field == field


# ------------------------------------------------------------------------------------------------------------ schemas


def test_a_schema_says_what_a_page_needs_to_know_of_a_field() -> None:
    schema = component_schema(Raft)
    assert schema["title"] == "raft"
    assert schema["description"] == "A raft."
    assert list(schema["properties"]) == ["kind", "logs", "wood", "speed"]
    assert schema["properties"]["kind"] == {"const": "raft"}
    logs = schema["properties"]["logs"]
    assert (logs["minimum"], logs["maximum"], logs["default"]) == (1, 20, 5)
    assert logs["description"] == "logs tied together"
    assert schema["required"] == ["kind"]
    assert schema["additionalProperties"] is False


def test_the_schema_of_a_field_that_holds_a_component_offers_each_kind() -> None:
    schema = component_schema(Ferry)
    assert schema["required"] == ["kind", "tug"]
    assert schema["properties"]["tug"]["oneOf"] == [component_schema(Raft)]


def test_the_schema_of_a_field_with_fields_holds_them_in_place() -> None:
    schema = component_schema(Ferry)
    assert schema["properties"]["cargo"]["properties"]["tons"] == {"minimum": 0, "title": "Tons", "type": "number"}
    assert "$ref" not in json.dumps(schema)
