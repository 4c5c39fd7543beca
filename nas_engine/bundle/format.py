"""What a bundle holds: its members, its manifest, and what whoever writes one has to tell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from nas_engine.events import Event
from nas_engine.wire import Plain

ENDING = ".bundle.zip"
FORMAT = "spacewright/bundle"
VERSION = 1
MANIFEST = "bundle.json"
RECIPE, STATE, EVENTS, ENVIRONMENT = "recipe.json", "state.json", "events.jsonl", "environment.json"
MEMBERS = (  # beside the manifest, which comes last; what is drawn from the events comes after them
    RECIPE,
    EVENTS,
    "versions.json",
    "seeds.json",
    ENVIRONMENT,
    STATE,
    "metrics/evaluations.csv",
    "metrics/curves.csv",
    "metrics/spending.json",
    "report.json",
)
Surroundings = Mapping[str, str]  # a fingerprint of the environment, and the device
Status = Literal["running", "finished", "infeasible", "failed", "cancelled"]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


@dataclass(frozen=True)
class Written:
    """An event as it stands in a bundle: its number, when it was written, where that is known, and what it says."""

    seq: int
    event: Event
    at: str = ""

    def plain(self) -> Plain:
        return {"seq": self.seq, **({"at": self.at} if self.at else {}), **self.event.plain()}


@dataclass(frozen=True)
class Recorded:
    """A run, told to whoever writes it down. `events` gives all facts in order, each time that it is called.

    `by_key`: the same in the order of their keys, by code point; None where it is as well to sort them in memory.
    """

    name: str
    recipe: Plain
    state: Plain | None
    status: Status
    reason: str
    slots: int
    events: Callable[[], Iterator[Written]]
    by_key: Callable[[], Iterator[Event]] | None = None
    environments: tuple[Surroundings, ...] = ()  # of all workers that did some of it
    operator_set: Plain | None = None  # that its operators were taken from


@dataclass(frozen=True)
class MemberFacts:
    __pydantic_config__ = ConfigDict(extra="forbid")

    size: Annotated[int, Field(ge=0)]
    sha256: Sha256


@dataclass(frozen=True)
class Manifest:
    """`bundle.json`. `history_digest`: see `run.history_digest`; `concluded`: a person asked it to conclude early."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    format: Literal["spacewright/bundle"]
    version: Literal[1]
    spacewright: Annotated[str, Field(max_length=40)]
    name: Annotated[str, Field(min_length=1, max_length=120)]
    status: Status
    reason: Annotated[str, Field(max_length=10_000)]
    slots: Annotated[int, Field(ge=1, le=256)]
    concluded: bool
    history_digest: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
    events: Annotated[int, Field(ge=0)]
    members: dict[str, MemberFacts] = field(default_factory=dict)
