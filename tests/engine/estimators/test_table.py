from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from nas_engine.candidate import Candidate, Evaluation, Failure
from nas_engine.components import checked, component
from nas_engine.errors import EvaluationFailed, InvalidRecipe
from nas_engine.estimators import ESTIMATORS, Estimator, Table
from nas_engine.products import Products
from nas_engine.spaces import ChainSpace, cell_string, nasbench201
from nas_engine.tasks import OpenTask
from nas_engine.testing import EstimatorContract, MemoryContext

CELLS = nasbench201(cells=1, width=4)
SOME = [CELLS.architecture([label] * 6) for label in ("conv3", "skip", "none")]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Three cells with two scores, in percent and as a share."""
    rows = zip(SOME, (93.5, 81.25, 10.0), (0.91, 0.8, 0.1), strict=True)
    lines = ["arch,test,valid", *(f"{cell_string(cell)},{test},{valid}" for cell, test, valid in rows)]
    path = tmp_path / "cells.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


class TestTable(EstimatorContract):
    alternatives = {"path": "other", "column": "valid", "percent": False}

    @pytest.fixture(autouse=True)
    def another(self, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Another file as the alternative."""
        other = file.with_name("other.csv")
        other.write_text(file.read_text(encoding="utf-8").replace("81.25", "82.5"), encoding="utf-8")
        monkeypatch.setattr(type(self), "alternatives", {**self.alternatives, "path": str(other)})

    @pytest.fixture
    def estimator(self, file: Path) -> Estimator:
        return Table(str(file), "test")

    @pytest.fixture
    def products(self) -> Products:
        return Products(space=CELLS)

    @pytest.fixture
    def task(self, digits: OpenTask) -> OpenTask:
        return digits

    @pytest.fixture
    def candidates(self) -> list[Candidate]:
        return [Candidate(architecture) for architecture in SOME]


def asked(table: Table, genes: list[str], task: OpenTask, space: ChainSpace = CELLS) -> Evaluation | Failure:
    (answer,) = table.estimate([Candidate(space.architecture(genes))], Products(space=space), task, MemoryContext())
    return answer


def score(table: Table, genes: list[str], task: OpenTask, space: ChainSpace = CELLS) -> float:
    answer = asked(table, genes, task, space)
    assert isinstance(answer, Evaluation)
    return answer.score


def test_percent_become_shares_and_shares_stay(file: Path, digits: OpenTask) -> None:
    assert score(Table(str(file), "test"), ["skip"] * 6, digits) == pytest.approx(0.8125)
    assert score(Table(str(file), "valid", percent=False), ["skip"] * 6, digits) == pytest.approx(0.8)


def test_a_gzipped_table_is_read_too(file: Path, digits: OpenTask) -> None:
    packed = file.with_name("cells.csv.gz")
    packed.write_bytes(gzip.compress(file.read_bytes()))
    assert score(Table(str(packed), "test"), ["conv3"] * 6, digits) == pytest.approx(0.935)


def test_a_chain_s_network_is_named_by_its_genes(tmp_path: Path, operators: ChainSpace, digits: OpenTask) -> None:
    path = tmp_path / "chain.csv"
    path.write_text("arch,score\nsep3;conv1;skip,40\n", encoding="utf-8")
    assert score(Table(str(path), "score"), ["sep3", "conv1", "skip"], digits, operators) == pytest.approx(0.4)


@pytest.mark.parametrize("cell", ["", "nan", "inf", "much"])
def test_a_network_without_a_number_fails_alone(file: Path, digits: OpenTask, cell: str) -> None:
    file.write_text(file.read_text(encoding="utf-8").replace("81.25", cell), encoding="utf-8")
    table = Table(str(file), "test")
    answer = asked(table, ["skip"] * 6, digits)
    assert isinstance(answer, Failure)
    assert answer.reason == "bad data"
    assert "has no number for |skip_connect~0|" in answer.message
    assert score(table, ["none"] * 6, digits) == pytest.approx(0.1)


def test_a_file_that_changed_is_read_again(file: Path, digits: OpenTask) -> None:
    table = Table(str(file), "test")
    assert score(table, ["none"] * 6, digits) == pytest.approx(0.1)
    file.write_text(file.read_text(encoding="utf-8").replace("10.0", "12.125"), encoding="utf-8")
    assert score(table, ["none"] * 6, digits) == pytest.approx(0.12125)


def test_a_missing_file_is_told_in_a_sentence(digits: OpenTask) -> None:
    with pytest.raises(
        EvaluationFailed, match=r"table no/where\.csv cannot be read .* give the path of a file"
    ) as wrong:
        asked(Table("no/where.csv", "test"), ["none"] * 6, digits)
    assert wrong.value.reason == "bad data"


def test_a_missing_column_is_told_with_those_that_there_are(file: Path, digits: OpenTask) -> None:
    with pytest.raises(EvaluationFailed, match="has no column 'loss'; its columns are arch, test, valid"):
        asked(Table(str(file), "loss"), ["none"] * 6, digits)


@pytest.mark.parametrize(
    "data",
    [b"arch,\xff", b"\x1f\x8b torn", gzip.compress(b"arch,test" * 99)[:-20]],
    ids=["not text", "torn", "cut off"],
)
def test_what_is_no_table_is_told_in_a_sentence(tmp_path: Path, digits: OpenTask, data: bytes) -> None:
    path = tmp_path / "torn.csv.gz"
    path.write_bytes(data)
    with pytest.raises(EvaluationFailed, match="is no UTF-8 CSV file"):
        asked(Table(str(path), "test"), ["none"] * 6, digits)


def test_another_kind_of_file_is_refused_in_the_recipe() -> None:
    with pytest.raises(InvalidRecipe, match="path"):
        component(ESTIMATORS, {"kind": "table", "path": "/etc/passwd", "column": "test"})
    assert checked(Table, {"path": "a.csv.gz", "column": "test"}) == Table("a.csv.gz", "test")
