"""The Dockerfile and the compose file, read as Docker would as far as the tests need it."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = ROOT / "docker" / "Dockerfile"
COMPOSE = ROOT / "docker" / "compose.yml"
EXAMPLE = ROOT / "docker" / "studio.env.example"
VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")


@dataclass
class Stage:
    """A stage and its instructions, in order, those of the stage that it is from before them."""

    name: str
    base: str  # the image that it is from in the end
    instructions: list[tuple[str, str]] = field(default_factory=list)

    def last(self, word: str) -> str | None:
        return next((rest for found, rest in reversed(self.instructions) if found == word), None)

    @property
    def env(self) -> dict[str, str]:
        pairs = (pair for word, rest in self.instructions if word == "ENV" for pair in shlex.split(rest))
        return dict(pair.split("=", 1) for pair in pairs)

    @property
    def command(self) -> list[str]:
        return list(json.loads(self.last("CMD") or "[]"))

    @property
    def health(self) -> list[str]:
        return list(json.loads((self.last("HEALTHCHECK") or "CMD []").partition("CMD ")[2]))


def stages() -> dict[str, Stage]:
    lines = [line for line in DOCKERFILE.read_text().splitlines() if line.strip() and not line.lstrip().startswith("#")]
    found: dict[str, Stage] = {}
    for line in re.sub(r"\\\n\s*", "", "\n".join(lines)).splitlines():
        word, _, rest = line.partition(" ")
        if word == "FROM":
            base, name = re.split(r"\s+AS\s+", rest)
            before = found.get(base)
            found[name] = Stage(name, before.base if before else base, list(before.instructions) if before else [])
        else:
            found[next(reversed(found))].instructions.append((word, rest))
    return found


def example() -> dict[str, str]:
    """The variables of the example, as they are there."""
    lines = (line for line in EXAMPLE.read_text().splitlines() if line and not line.startswith("#"))
    return dict(line.split("=", 1) for line in lines)


def services(given: dict[str, str]) -> dict[str, dict[str, Any]]:
    """The services with variables filled in. Raises ValueError for one that is wanted and not given."""
    return dict(_filled(yaml.safe_load(COMPOSE.read_text()), given)["services"])


def _filled(value: Any, given: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _filled(one, given) for key, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, given) for one in value]
    return (
        VARIABLE.sub(lambda match: _value(match, given), value).replace("$$", "$") if isinstance(value, str) else value
    )


def _value(match: re.Match[str], given: dict[str, str]) -> str:
    name, how, rest = match.groups()
    if found := given.get(name):
        return found
    if how == "?":
        raise ValueError(f"{name}: {rest}")
    return rest or ""
