"""Uniform paths: a supernet trained one random member of the space at a time (Guo 2020, https://arxiv.org/abs/1904.00420)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from nas_engine.architecture import Architecture
from nas_engine.trainers.path_sampling import PathSampling


@dataclass
class UniformPaths(PathSampling):
    """Each batch trains the weights of one member, drawn uniformly among those inside the network limits.

    Starts from the weights of an earlier supernet where one is there and names fit (evolution's bank, say).
    """

    kind: ClassVar[str] = "uniform_paths"
    needs: ClassVar[frozenset[str]] = frozenset({"space"})
    gives: ClassVar[frozenset[str]] = frozenset({"supernet"})

    def _path(self) -> Architecture:
        return self._space.sample(self._chance)
