"""The report: how a run came out, as `report.json` says it."""

from __future__ import annotations

from collections.abc import Sequence

from nas_engine.recipe import Recipe
from nas_engine.run import RunState
from nas_engine.wire import Plain, plain


def spending(plan: Recipe, state: RunState) -> Plain:
    """Device seconds by stage, and evaluations."""
    seconds = {f"{number} {plan.pipeline[number].name}": round(s, 2) for number, s in state.seconds.items()}
    return {"device_seconds": seconds, "evaluations": state.evaluations}


def report(plan: Recipe, state: RunState, environment: object, status: str = "", reason: str | None = None) -> Plain:
    """`environment`: a fingerprint, or several. `status`, `reason`: where others than the engine's hold."""
    told: Plain = {
        "status": status or state.status,
        "reason": state.reason if reason is None else reason,
        "seed": plan.seed,
        "environment": environment,
        **spending(plan, state),
    }
    if state.holdings.comparison is not None:
        told["comparison"] = plain(state.holdings.comparison)
    if state.holdings.control is not None:
        told["control"] = plain(state.holdings.control)
    return told


def one_or_all(environments: Sequence[object]) -> object:
    """A run on one machine has one; where there are several, all are told."""
    return environments[0] if len(environments) == 1 else list(environments)
