"""Every error the engine raises on purpose.

One base, a few children, each also a builtin where one fits, so that a caller who knows nothing of us can still catch it.
A message names the thing, what was got, what was wanted, and the cure.
"""

from __future__ import annotations

from collections.abc import Mapping


class NasError(Exception):
    """Base of the engine's errors: a sentence for the user, never a traceback."""


class InvalidArchitecture(NasError, ValueError):
    """An architecture, genotype or operator label that its space cannot read or does not contain."""


class InvalidRecipe(NasError, ValueError):
    """A recipe whose field has the wrong value. `field` is its dotted path."""

    def __init__(self, field: str, got: object, wanted: str) -> None:
        self.field, self.got, self.wanted = field, got, wanted
        super().__init__(f"recipe field '{field}': got {shown(got)}, wanted {wanted}")

    def __reduce__(self) -> tuple[type[InvalidRecipe], tuple[str, object, str]]:
        return type(self), (self.field, self.got, self.wanted)


class Incompatible(NasError, TypeError):
    """Parts that do not fit together: a stage without its product, an operator at a place it cannot stand."""


class Infeasible(NasError, ValueError):
    """No network of the space is within the budget. The text names the nearest feasible figures.

    `field`: the recipe's first limit that cannot be met; `nearest`: the least of each measure, where it is known.
    """

    def __init__(self, message: str, field: str = "budget.network", nearest: Mapping[str, int] | None = None) -> None:
        self.field, self.nearest = field, dict(nearest or {})
        super().__init__(message)

    def __reduce__(self) -> tuple[type[Infeasible], tuple[str, str, dict[str, int]]]:
        return type(self), (str(self), self.field, self.nearest)


class BudgetSpent(NasError):
    """What a search may spend is spent, and nothing has been found that could be ranked."""


class StateMismatch(NasError, ValueError):
    """Stored state that belongs to another recipe, component or version."""


class EvaluationFailed(NasError, RuntimeError):
    """A network that could not be trained or scored; `reason` is one of `candidate.FailureReason`."""

    def __init__(self, reason: str, message: str) -> None:
        self.reason = reason
        super().__init__(message)

    def __reduce__(self) -> tuple[type[EvaluationFailed], tuple[str, str]]:
        return type(self), (self.reason, str(self))


class Cancelled(NasError):
    """The user, a signal or a lost lease asked the work to stop; its last checkpoint stands."""


class StorageFailed(NasError, OSError):
    """A file that could not be written, or that is not what was written."""


class BadData(NasError, ValueError):
    """Data that cannot be learned from: a file that is not what it says, one class only, more than the limits allow."""


class UnknownComponent(NasError, KeyError):
    """A name that no registered component has."""

    def __init__(self, family: str, got: object, known: tuple[str, ...]) -> None:
        self.family, self.got, self.known = family, got, known
        super().__init__(f"unknown {family} {shown(got)}; known: {', '.join(known)}")

    def __reduce__(self) -> tuple[type[UnknownComponent], tuple[str, object, tuple[str, ...]]]:
        return type(self), (self.family, self.got, self.known)

    def __str__(self) -> str:  # KeyError would show the repr of the message
        return str(self.args[0])


def shown(value: object) -> str:
    """What was got, as a message may quote it: short, however large it is."""
    text = repr(value)
    return text if len(text) <= 120 else text[:117] + "..."


def brief(error: object) -> str:
    """What went wrong below, as a message may hold it: it may quote a file's names at any length."""
    text = str(error)
    return text if len(text) <= 200 else text[:197] + "..."
