"""Strategies: brains that ask for evaluations."""

from typing import Any

from nas_engine.strategies.ageing_evolution import AgeingEvolution
from nas_engine.strategies.base import Strategy, ranked
from nas_engine.strategies.exhaustive import Exhaustive
from nas_engine.strategies.lissnas import Lissnas
from nas_engine.strategies.local_search import LocalSearch
from nas_engine.strategies.operator_pruning import OperatorPruning
from nas_engine.strategies.random_search import RandomSearch

STRATEGIES: dict[str, type[Strategy[Any]]] = {
    kind.kind: kind
    for kind in (
        AgeingEvolution,
        Exhaustive,
        Lissnas,
        LocalSearch,
        OperatorPruning,
        RandomSearch,
    )
}

__all__ = [
    "STRATEGIES",
    "AgeingEvolution",
    "Exhaustive",
    "Lissnas",
    "LocalSearch",
    "OperatorPruning",
    "RandomSearch",
    "Strategy",
    "ranked",
]
