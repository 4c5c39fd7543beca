"""What a bundle may ask of whoever reads it: strangers make them too."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Bytes, unless it says otherwise."""

    packed: int = 256 * 2**20
    unpacked: int = 1 * 2**30  # of all members together
    recipe: int = 64 * 2**20
    small: int = 64 * 2**20  # of each other member that is read whole: all JSON but the events
    line: int = 4 * 2**20  # one event
    events: int = 1_000_000  # how many
    ratio: int = 200  # of unpacked to packed, once more than `free` came out
    free: int = 8 * 2**20
