"""Architecture: one answer to every choice of a space, as a value."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from nas_engine.wire import digest


@dataclass(frozen=True)
class Architecture:
    """A hashable, canonical value without weights. Equal networks of one space share one `key`."""

    kind: str  # of the space
    skeleton: str  # digest of the space's skeleton
    genes: tuple[str, ...]  # one option's label for each choice, in order

    @cached_property
    def key(self) -> str:
        """16 hexadecimal characters: the hash of space kind, skeleton and genes. Nothing is promised across spaces."""
        return digest([self.kind, self.skeleton, list(self.genes)])

    def with_gene(self, position: int, label: str) -> Architecture:
        return Architecture(self.kind, self.skeleton, (*self.genes[:position], label, *self.genes[position + 1 :]))
