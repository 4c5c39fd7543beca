"""Extension: a recipe with a larger budget, and what of an earlier run's Work answers that of the run that it makes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Annotated, Any

from pydantic import ConfigDict, Field

from nas_engine.candidate import Candidate, Evaluation
from nas_engine.errors import Incompatible
from nas_engine.recipe import Recipe, recipe
from nas_engine.stages import Search
from nas_engine.stages.asking import WORK as EVALUATE
from nas_engine.stages.asking import Answers, scope_of
from nas_engine.wire import Plain, canonical, plain, read
from nas_engine.work import Result, Work

__all__ = ["More", "extended", "known", "room", "same_result"]


@dataclass(frozen=True)
class More:
    """What is added to a budget."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    evaluations: Annotated[int, Field(ge=0, description="candidates, for the last search that ranks")] = 0
    device_seconds: Annotated[float, Field(ge=0, description="seconds of device time")] = 0.0
    generations: Annotated[int, Field(ge=0, description="generations, for the evolution of cells")] = 0


WORDS = {"evaluations": "evaluations", "device_seconds": "device seconds", "generations": "generations"}


def room(plan: Recipe) -> dict[str, float]:
    """What of a recipe's budget can be raised, each with what it is now."""
    found: dict[str, float] = {}
    ranks, evolves = _last_ranking(plan.plain), _evolution(plan.plain)
    limits = plan.budget.search
    if ranks is not None:
        strategy, count = ranks
        found["evaluations"] = strategy[count]
    elif limits.evaluations is not None:
        found["evaluations"] = limits.evaluations
    if limits.device_seconds is not None:
        found["device_seconds"] = limits.device_seconds
    if evolves is not None:
        found["generations"] = evolves["generations"]
    return found


def extended(plan: Recipe, more: More) -> Recipe:
    """The recipe with more to spend, and the same in all else. Raises Incompatible where there is nothing of it to raise."""
    asked = {name: amount for name, amount in plain(more).items() if amount}
    if not asked:
        raise Incompatible("an extension adds something: say how many evaluations, device seconds or generations more")
    held = room(plan)
    for name in asked:
        if name not in held:
            raise Incompatible(f"this recipe does not limit {WORDS[name]}: there is nothing to raise")
    made: dict[str, Any] = deepcopy(plan.plain)
    limits = made["budget"]["search"]
    for name in ("evaluations", "device_seconds"):
        if limits[name] is not None:
            limits[name] += getattr(more, name)
    ranks, evolves = _last_ranking(made), _evolution(made)
    if ranks is not None:
        strategy, count = ranks
        strategy[count] += more.evaluations
    if evolves is not None:
        evolves["generations"] += more.generations
    return recipe(made)


def _last_ranking(made: Plain) -> tuple[dict[str, Any], str] | None:
    """The last strategy with a number of evaluations of its own, as it is written, and the name of that number."""
    stages: Any = made["pipeline"]
    for stage, written in reversed(list(zip(recipe(made).pipeline, stages, strict=True))):
        if isinstance(stage, Search) and stage.strategy.counted:
            return written["strategy"], stage.strategy.counted
    return None


def _evolution(made: Plain) -> dict[str, Any] | None:
    """The first trainer that counts generations, as it is written."""
    stages: Any = made["pipeline"]
    trainers = (stage["trainer"] for stage in stages if "generations" in stage.get("trainer", {}))
    return next(trainers, None)


def same_result(work: Work, done: Plain, result: Result) -> Result | None:
    """The result of a Work that was done before, where doing this one brings the same: the same question, taken to its end.

    `done`: the earlier Work, as stored. Its random draws follow from its key, so keys have to be equal too.
    """
    asked = plain(work)
    if any(canonical(asked[name]) != canonical(done[name]) for name in ("key", "kind", "seed", "payload")):
        return None
    limit: Any = done["seconds"]
    cut = limit is not None and result.seconds >= limit
    whole = result.outcome.get("whole", True) and result.outcome.get("why", "finished") == "finished"
    return result if result.mishap is None and whole and not cut else None


def known(work: Work, find: Callable[[str, str], Evaluation | None]) -> tuple[Work, Result | None]:
    """An evaluating Work without the candidates that are answered already; its result, if all of them are.

    `find`: the earlier answer in a scope to a candidate's key. What is found travels with the Work, and is told with the rest.
    """
    if work.kind != EVALUATE:
        return work, None
    scope = scope_of(work.payload)
    listed: Any = work.payload["candidates"]
    asked = [read(Candidate, value) for value in listed]
    answers = {candidate.key: find(scope, candidate.key) for candidate in asked}
    found = [replace(answer, candidate=c) for c in asked if (answer := answers[c.key]) is not None]
    if len(found) == len(asked):
        return work, Result(work.key, plain(Answers(found, [])))
    if not found:
        return work, None
    left = [plain(candidate) for candidate in asked if answers[candidate.key] is None]
    return replace(work, payload={**work.payload, "candidates": left, "known": [plain(one) for one in found]}), None


def files_in(value: object) -> Iterator[tuple[str, str]]:
    """Key and sha256 of every stored file that a result points to."""
    if isinstance(value, dict):
        if set(value) == {"key", "sha256"}:
            yield str(value["key"]), str(value["sha256"])
        for inner in value.values():
            yield from files_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from files_in(inner)
