"""Seeded randomness that saves and restores: the only source of it in the engine."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

T = TypeVar("T")


def seed_from(*parts: object) -> int:
    """A 63-bit seed that depends on every part and on nothing else (not on the process, not on the platform)."""
    text = json.dumps([str(part) for part in parts])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1


class Chance:
    """One seeded generator. Its state is plain data: a restored brain draws what the undisturbed one would have drawn.

    Torch's generators are never saved: `seed_torch` re-seeds them from this generator at every step, which makes the
    torch randomness of a step a function of this state.
    """

    def __init__(self, seed: int) -> None:
        self._generator = np.random.Generator(np.random.PCG64(seed))

    def below(self, limit: int) -> int:
        """A whole number in [0, limit)."""
        return int(self._generator.integers(limit))

    def uniform(self) -> float:
        """A number in [0, 1)."""
        return float(self._generator.random())

    def normal(self) -> float:
        """A number from the standard normal distribution."""
        return float(self._generator.standard_normal())

    def pick(self, items: Sequence[T]) -> T:
        """One of the items, each equally likely."""
        return items[self.below(len(items))]

    def sample(self, items: Sequence[T], count: int) -> list[T]:
        """Distinct positions, in random order; all of the items where `count` is larger."""
        order = self.permutation(len(items))[: min(count, len(items))]
        return [items[i] for i in order]

    def permutation(self, count: int) -> list[int]:
        return [int(i) for i in self._generator.permutation(count)]

    def positions(self, rows: int, count: int) -> NDArray[np.int64]:
        """Positions below `count`, drawn with replacement: what a bootstrap resamples. **Shapes**: (rows, count)."""
        return self._generator.integers(count, size=(rows, count))

    def seed_torch(self) -> None:
        """Seed torch's global generators (dropout and initialisation draw from them)."""
        import torch

        torch.manual_seed(self.below(2**63 - 1))

    @contextmanager
    def owning_torch(self) -> Iterator[None]:
        """Own torch's global generator for the duration of a Work, and put it back."""
        import torch

        before = torch.get_rng_state()
        self.seed_torch()
        try:
            yield
        finally:
            torch.set_rng_state(before)

    def save(self) -> dict[str, str]:
        """The whole state, the half of a 64-bit draw that numpy keeps back for the next 32-bit one included."""
        state = self._generator.bit_generator.state
        inner = state["state"]
        kept = {"has_uint32": state["has_uint32"], "uinteger": state["uinteger"]}
        return {name: str(value) for name, value in {**inner, **kept}.items()}

    @classmethod
    def restored(cls, plain: dict[str, str]) -> Chance:
        """Raises ValueError for anything that `save` did not write."""
        chance = cls(0)
        state: dict[str, Any] = dict(chance._generator.bit_generator.state)
        try:
            state["state"] = {"state": int(plain["state"]), "inc": int(plain["inc"])}
            state |= {"has_uint32": int(plain["has_uint32"]), "uinteger": int(plain["uinteger"])}
            chance._generator.bit_generator.state = state
        except (KeyError, OverflowError) as error:
            raise ValueError(f"got {sorted(plain)}, wanted a saved generator's state") from error
        return chance

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        saved = core_schema.dict_schema(core_schema.str_schema(), core_schema.str_schema())
        from_plain = core_schema.no_info_after_validator_function(cls.restored, saved)
        return core_schema.json_or_python_schema(
            json_schema=from_plain,
            python_schema=core_schema.union_schema([core_schema.is_instance_schema(cls), from_plain]),
            serialization=core_schema.plain_serializer_function_ser_schema(lambda chance: chance.save()),
        )
