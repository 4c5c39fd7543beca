"""What the server knows, as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from spacewright.answers import Answer


@dataclass(frozen=True)
class Team:
    """A team of yours, and what you are in it: owner, editor or viewer."""

    id: str
    name: str
    role: str

    @classmethod
    def read(cls, answer: Answer) -> Team:
        return cls(answer.text("id"), answer.text("name"), answer.text("role"))


@dataclass(frozen=True)
class Person:
    """Who the token speaks for."""

    id: str
    email: str
    teams: tuple[Team, ...]

    @classmethod
    def read(cls, answer: Answer) -> Person:
        teams = tuple(Team.read(team) for team in answer.many("teams"))
        return cls(answer.text("id"), answer.text("email"), teams)


@dataclass(frozen=True)
class Run:
    """One execution of a study's recipe. `status` is what is so; `shown` one word for that and for what was asked."""

    id: str
    study: str
    status: str
    shown: str
    reason: str
    slots: int
    last_seq: int
    created: datetime
    ended: datetime | None

    @property
    def over(self) -> bool:
        return self.status != "running"

    @classmethod
    def read(cls, answer: Answer) -> Run:
        return cls(
            answer.text("id"),
            answer.text("study"),
            answer.text("status"),
            answer.text("shown"),
            answer.text("reason"),
            answer.whole("slots"),
            answer.whole("last_seq"),
            answer.time("created"),
            answer.time_or_none("ended"),
        )


@dataclass(frozen=True)
class Origin:
    """The bundle that a study was made from. `outcome`: pending, equal, different or incomparable; `said`: in a sentence."""

    name: str
    history_digest: str
    outcome: str
    said: str

    @classmethod
    def read(cls, answer: Answer) -> Origin:
        return cls(answer.text("name"), answer.text("history_digest"), answer.text("outcome"), answer.text("said"))


@dataclass(frozen=True)
class Event:
    """A fact of a run. `payload` is what `kind` says; `seq` counts from 1 without a gap."""

    seq: int
    key: str
    kind: str
    payload: dict[str, Any]
    at: datetime

    @classmethod
    def read(cls, answer: Answer) -> Event:
        return cls(
            answer.whole("seq"), answer.text("key"), answer.text("kind"), answer.fields("payload"), answer.time("at")
        )


@dataclass(frozen=True)
class File:
    """A file of the server, by its name."""

    name: str
    size: int
    sha256: str

    @classmethod
    def read(cls, answer: Answer) -> File:
        return cls(answer.text("name"), answer.whole("size"), answer.text("sha256"))


@dataclass(frozen=True)
class DataVersion:
    """Data that never changes. `recipe` is what a recipe's `task.data` is to be."""

    id: str
    sha256: str
    size: int
    created: datetime
    facts: dict[str, Any]

    @property
    def recipe(self) -> dict[str, Any] | None:
        """None for built-in data, which a recipe names by its name."""
        found = self.facts.get("recipe")
        return dict(found) if isinstance(found, dict) else None

    @classmethod
    def read(cls, answer: Answer) -> DataVersion:
        return cls(
            answer.text("id"),
            answer.text("sha256"),
            answer.whole("size"),
            answer.time("created"),
            answer.fields("facts"),
        )


@dataclass(frozen=True)
class DataSet:
    """Data by a name, with its versions, newest first. `team` is None for what is built in."""

    id: str
    team: str | None
    name: str
    versions: tuple[DataVersion, ...]

    @classmethod
    def read(cls, answer: Answer) -> DataSet:
        versions = tuple(DataVersion.read(version) for version in answer.many("versions"))
        return cls(answer.text("id"), answer.text_or_none("team"), answer.text("name"), versions)


@dataclass(frozen=True)
class Cost:
    """Of a network, by Spacewright's one convention."""

    params: int
    madds: int

    @classmethod
    def read(cls, answer: Answer) -> Cost:
        return cls(answer.whole("params"), answer.whole("madds"))


@dataclass(frozen=True)
class Network:
    """One network of a run: its document, its layers with their costs, and its best score, None before the first."""

    key: str
    document: dict[str, Any]
    cost: Cost
    layers: tuple[dict[str, Any], ...]
    score: float | None

    @classmethod
    def read(cls, answer: Answer) -> Network:
        scores = [one.number_or_none("score") for one in answer.many("candidates")]
        return cls(
            answer.text("key"),
            answer.fields("document"),
            Cost.read(answer.one("cost")),
            tuple(layer.everything for layer in answer.many("layers")),
            max((score for score in scores if score is not None), default=None),
        )
