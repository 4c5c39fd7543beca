from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from nas_engine.architecture import Architecture
from nas_engine.budget import Cost
from nas_engine.candidate import Candidate, Evaluation, Fidelity
from nas_engine.errors import StateMismatch
from nas_engine.spaces import chain, skeleton_named
from nas_engine.strategies import STRATEGIES, AgeingEvolution, RandomSearch, ranked

ROOT = Path(__file__).resolve().parents[3]
SPACE = chain(skeleton_named("tiny"), ("conv1", "conv3", "skip"))


def at(*genes: str) -> Architecture:
    return SPACE.architecture(genes)


FULL = Fidelity()
A, B, C = at("conv1", "conv1", "conv1"), at("conv3", "conv3", "conv3"), at("skip", "skip", "skip")


def evaluation(
    architecture: Architecture, score: float, fidelity: Fidelity = FULL, repeat: int = 0, madds: int = 1
) -> Evaluation:
    return Evaluation(Candidate(architecture, fidelity, repeat), score, Cost(madds, madds))


# --------------------------------------------------------------------------------------------------------- ranking


def test_a_ranking_puts_the_best_first() -> None:
    found = ranked([evaluation(A, 0.1), evaluation(B, 0.3), evaluation(C, 0.2)])
    assert [entry.architecture for entry in found.entries] == [B, C, A]
    assert [entry.score for entry in found.entries] == [0.3, 0.2, 0.1]


def test_an_architecture_is_ranked_once_by_the_mean_over_its_repeats() -> None:
    found = ranked([evaluation(A, 0.9, repeat=0), evaluation(B, 0.6), evaluation(A, 0.1, repeat=1)])
    assert [(entry.architecture, entry.score) for entry in found.entries] == [(B, 0.6), (A, 0.5)]


@pytest.mark.parametrize(
    ("cheap", "dear"),
    [
        (Fidelity(epochs=1), Fidelity(epochs=2)),
        (Fidelity(epochs=50), Fidelity()),
        (Fidelity(share=0.5), Fidelity()),
        (Fidelity(epochs=3, share=0.5), Fidelity(epochs=3)),
    ],
)
def test_only_the_dearest_fidelity_counts(cheap: Fidelity, dear: Fidelity) -> None:
    found = ranked([evaluation(A, 0.2, dear), evaluation(A, 0.9, cheap), evaluation(B, 0.5, dear)])
    assert [(entry.architecture, entry.score) for entry in found.entries] == [(B, 0.5), (A, 0.2)]


def test_of_equal_scores_the_cheaper_comes_first_then_the_lower_key() -> None:
    found = ranked([evaluation(A, 0.5, madds=3), evaluation(B, 0.5, madds=2), evaluation(C, 0.5, madds=2)])
    assert [entry.architecture for entry in found.entries] == [*sorted((B, C), key=lambda one: one.key), A]


def test_nothing_evaluated_ranks_nothing() -> None:
    assert ranked([]).entries == ()


# -------------------------------------------------------------------------------------------------------- memory


def test_another_strategy_s_memory_is_refused() -> None:
    random = RandomSearch()
    random.start(SPACE, seed=0)
    with pytest.raises(StateMismatch, match="stored AgeingState: population"):
        AgeingEvolution().load(SPACE, random.save())


def test_every_registered_strategy_stands_under_its_kind() -> None:
    assert {kind: strategy.kind for kind, strategy in STRATEGIES.items()} == {kind: kind for kind in STRATEGIES}


PROGRAM = """
from nas_engine.budget import Cost
from nas_engine.candidate import Evaluation
from nas_engine.chance import seed_from
from nas_engine.spaces import Within, autospace, skeleton_named
from nas_engine.budget import NetworkLimits
from nas_engine.shapes import TaskShape
from nas_engine.strategies import AgeingEvolution, Lissnas, RandomSearch
from nas_engine.wire import digest

cells, shape = autospace(skeleton_named("tiny"), expansion=2), TaskShape(1, 8, 8, 10)
space = Within(cells, NetworkLimits(madds=cells.cost(cells.reference, shape).madds), shape)
for strategy in (AgeingEvolution(6, 2, 20), Lissnas(8), Lissnas(8, mode="intersect"), RandomSearch(10)):
    strategy.start(space, 0)
    trace, history = [], []
    while asked := strategy.ask(3):
        trace += [[candidate.key, candidate.parents] for candidate in asked]
        answers = [Evaluation(c, seed_from(c.architecture.key) / 2**63, Cost()) for c in asked]
        strategy.tell(answers)
        history += answers
    found = strategy.conclude(history)
    print(strategy.kind, digest([trace, strategy.save(), repr(found) if strategy.gives == "ranking" else found.plain()]))
"""


def test_a_run_is_the_same_in_every_process_whatever_the_order_of_its_sets() -> None:
    printed = []
    for hash_seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
        printed.append(done.stdout.splitlines())
    assert len(printed[0]) == 4
    assert printed[0] == printed[1]
