from __future__ import annotations

import copy
from typing import get_args

import pytest

from nas_engine.candidate import FailureReason
from nas_engine.errors import (
    BadData,
    BudgetSpent,
    Cancelled,
    EvaluationFailed,
    Incompatible,
    Infeasible,
    InvalidArchitecture,
    InvalidRecipe,
    NasError,
    StateMismatch,
    StorageFailed,
    UnknownComponent,
)

EXAMPLES: dict[NasError, type[Exception]] = {
    InvalidArchitecture("gene 3"): ValueError,
    InvalidRecipe("budget.network.params", -1, "a whole number above 0"): ValueError,
    Incompatible("no place"): TypeError,
    Infeasible("none fits"): ValueError,
    BudgetSpent("all spent"): NasError,
    StateMismatch("another version"): ValueError,
    BadData("not an image"): ValueError,
    EvaluationFailed("not finite", "the loss is nan"): RuntimeError,
    Cancelled("stop"): NasError,
    StorageFailed("disk full"): OSError,
    UnknownComponent("operator", "conv4", ("conv3", "conv5")): KeyError,
}
every_error = pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)


def test_every_error_of_the_engine_is_tested_here() -> None:
    own = {kind for kind in NasError.__subclasses__() if kind.__module__ == NasError.__module__}
    assert {type(error) for error in EXAMPLES} == own


@every_error
def test_an_error_can_be_caught_as_ours_and_as_a_builtin(error: NasError) -> None:
    for kind in (NasError, EXAMPLES[error]):
        with pytest.raises(kind):
            raise error


@every_error
def test_an_error_reads_as_a_sentence_without_quotes_round_it(error: NasError) -> None:
    assert str(error) == error.args[0]
    assert not str(error).startswith(("'", '"'))


def test_an_invalid_recipe_names_field_value_and_cure() -> None:
    error = InvalidRecipe("budget.network.params", -1, "a whole number above 0")
    assert str(error) == "recipe field 'budget.network.params': got -1, wanted a whole number above 0"
    assert (error.field, error.got, error.wanted) == ("budget.network.params", -1, "a whole number above 0")


@pytest.mark.parametrize("length", [118, 119, 5_000])
def test_a_long_value_is_shown_cut_to_120_characters(length: int) -> None:
    value = "v" * length
    shown = str(InvalidRecipe("name", value, "a shorter one")).removeprefix("recipe field 'name': got ")
    shown = shown.removesuffix(", wanted a shorter one")
    assert len(shown) == 120
    assert (shown == repr(value)) is (length == 118)
    assert shown.endswith("...") is (length > 118)


def test_an_unknown_component_lists_what_is_known() -> None:
    error = UnknownComponent("operator", "conv4", ("conv3", "conv5"))
    assert str(error) == "unknown operator 'conv4'; known: conv3, conv5"
    assert (error.family, error.got, error.known) == ("operator", "conv4", ("conv3", "conv5"))


@pytest.mark.parametrize("reason", get_args(FailureReason))
def test_a_failed_evaluation_carries_its_reason_beside_its_message(reason: str) -> None:
    error = EvaluationFailed(reason, "what happened")
    assert (error.reason, str(error)) == (reason, "what happened")


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
def test_an_error_survives_the_way_to_another_process(error: NasError) -> None:
    """A process pool takes an error apart and puts it together as `copy` does."""
    other = copy.copy(error)
    assert type(other) is type(error)
    assert str(other) == str(error)
    assert vars(other) == vars(error)
