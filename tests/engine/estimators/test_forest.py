from __future__ import annotations

from pathlib import Path

import pytest

from nas_engine.candidate import Candidate, Evaluation
from nas_engine.chance import Chance
from nas_engine.errors import EvaluationFailed
from nas_engine.estimators import Estimator, Forest
from nas_engine.products import Products
from nas_engine.spaces import cell_string, nasbench201
from nas_engine.tasks import OpenTask
from nas_engine.testing import EstimatorContract, MemoryContext

CELLS = nasbench201(cells=1, width=4)
WORTH = {"conv3": 9.0, "conv1": 6.0, "skip": 5.0, "avg3": 2.0, "none": 0.0}


def worth(genes: tuple[str, ...]) -> float:
    """Percent; an edge counts for more the later it is."""
    return 20.0 + sum((1 + place / 3) * WORTH[gene] for place, gene in enumerate(genes)) / 2


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("table") / "cells.csv"
    rows = [f"{cell_string(cell)},{worth(cell.genes)},{worth(cell.genes[::-1])}" for cell in CELLS.members()]
    path.write_text("\n".join(["arch,one,other", *rows]), encoding="utf-8")
    other = path.with_name("other.csv")
    other.write_text("\n".join(["arch,one", *(row.rpartition(",")[0] for row in rows[::2])]), encoding="utf-8")
    return path


class TestForest(EstimatorContract):
    alternatives = {"path": "", "column": "other", "percent": False, "networks": 30, "trees": 7}

    @pytest.fixture(autouse=True)
    def another(self, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(type(self), "alternatives", {**self.alternatives, "path": str(file.with_name("other.csv"))})

    @pytest.fixture
    def estimator(self, file: Path) -> Estimator:
        return Forest(str(file), "one", networks=50, trees=10)

    @pytest.fixture
    def products(self) -> Products:
        return Products(space=CELLS)

    @pytest.fixture
    def task(self, digits: OpenTask) -> OpenTask:
        return digits

    @pytest.fixture
    def candidates(self) -> list[Candidate]:
        return [Candidate(CELLS.architecture([label] * 6)) for label in ("conv3", "skip", "none")]


def test_it_tells_good_networks_from_bad_ones_it_never_saw(file: Path, digits: OpenTask) -> None:
    chance = Chance(3)
    cells = list(dict.fromkeys(CELLS.sample(chance) for _ in range(200)))
    asked = [Candidate(cell) for cell in cells]
    answers = Forest(str(file), "one").estimate(asked, Products(space=CELLS), digits, MemoryContext())
    guessed = {a.candidate.architecture: a.score for a in answers if isinstance(a, Evaluation)}
    pairs = [(a, b) for a in cells for b in cells if worth(a.genes) > worth(b.genes) + 5]
    right = sum(guessed[a] > guessed[b] for a, b in pairs)
    assert right > 0.85 * len(pairs)


def test_another_seed_of_the_run_learns_from_other_networks(file: Path) -> None:
    forest, cells = Forest(str(file), "one", networks=20), list(CELLS.members())[::999]
    assert forest.predictor(CELLS, 1)(cells) != forest.predictor(CELLS, 2)(cells)
    assert forest.predictor(CELLS, 1)(cells) == forest.predictor(CELLS, 1)(cells)


def test_a_table_of_another_space_is_told_in_a_sentence(tmp_path: Path, digits: OpenTask) -> None:
    path = tmp_path / "strange.csv"
    path.write_text("arch,one\nsep3;skip,50\n", encoding="utf-8")
    candidates = [Candidate(CELLS.reference)]
    with pytest.raises(EvaluationFailed, match="has numbers for 0 networks of this space"):
        Forest(str(path), "one").estimate(candidates, Products(space=CELLS), digits, MemoryContext())
