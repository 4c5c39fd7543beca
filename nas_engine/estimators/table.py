"""Table: a known score of every network, looked up in a file (tabular benchmarks, Ying 2019, https://arxiv.org/abs/1902.09635)."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from nas_engine.architecture import Architecture
from nas_engine.candidate import Answer, Candidate, Evaluation, Failure
from nas_engine.errors import EvaluationFailed, Incompatible
from nas_engine.estimators.base import Estimator, refusal
from nas_engine.products import Products
from nas_engine.spaces import CellSkeleton, SearchSpace, cell_string
from nas_engine.tasks import OpenTask
from nas_engine.work import Context

NAMES = "arch"  # the column that names the network
MOST_BYTES = 2**28  # of text; a table is smaller, a bomb is not


@dataclass
class Table(Estimator):
    """Looks a network's score up in a column of a CSV file; a network without a number there fails.

    The file is UTF-8, plain or gzipped, with a header. Column `arch` names the network: a repeated cell by its
    NAS-Bench-201 string, any other network by its genes, `;` between two. Every other column is a score.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")
    kind: ClassVar[str] = "table"
    needs: ClassVar[frozenset[str]] = frozenset({"space"})
    batch: ClassVar[int] = 512

    path: Annotated[str, Field(pattern=r"\.csv(\.gz)?$", description="CSV file, where the worker finds it")] = (
        "table.csv"
    )
    column: Annotated[str, Field(min_length=1, description="name of the column that holds the score")] = "score"
    percent: Annotated[bool, Field(description="whether it holds percent; otherwise shares from 0 to 1")] = True

    def estimate(
        self, candidates: Sequence[Candidate], products: Products, task: OpenTask, context: Context
    ) -> list[Answer]:
        """Raises Incompatible without a space, EvaluationFailed for a file that is no such table."""
        if products.space is None:
            raise Incompatible(f"{self.kind} needs a space")
        space, scores = products.space, self.scores()
        return [refusal(c, space, task.shape) or self._answer(c, space, scores, task) for c in candidates]

    def scores(self) -> Mapping[str, float]:
        """The column, as shares, by the networks' names."""
        return _column(self.path, self.column, 100.0 if self.percent else 1.0, _stamp(self.path))

    def _answer(
        self, candidate: Candidate, space: SearchSpace, scores: Mapping[str, float], task: OpenTask
    ) -> Evaluation | Failure:
        name = name_of(candidate.architecture, space)
        if name not in scores:
            return Failure(candidate, "bad data", f"table {self.path} has no number for {name} in '{self.column}'")
        return Evaluation(candidate, scores[name], space.cost(candidate.architecture, task.shape))


def name_of(architecture: Architecture, space: SearchSpace) -> str:
    """What a table's column `arch` calls a network."""
    if isinstance(space.root.skeleton, CellSkeleton):
        return cell_string(architecture)
    return ";".join(architecture.genes)


def _stamp(path: str) -> tuple[int, int]:
    """Tells one state of a file from another."""
    try:
        found = Path(path).stat()
    except OSError as error:
        raise EvaluationFailed(
            "bad data", f"table {path} cannot be read ({error.strerror}); give the path of a file that every worker has"
        ) from error
    return found.st_mtime_ns, found.st_size


@lru_cache(maxsize=16)
def _column(path: str, column: str, unit: float, stamp: tuple[int, int]) -> Mapping[str, float]:  # noqa: ARG001
    """`stamp`: so that a file that changed is read again."""
    rows = csv.DictReader(io.StringIO(_text(path)))
    for name in (NAMES, column):
        if name not in (rows.fieldnames or ()):
            known = ", ".join(rows.fieldnames or ()) or "none"
            raise EvaluationFailed("bad data", f"table {path} has no column '{name}'; its columns are {known}")
    pairs = ((row[NAMES], _number(row[column])) for row in rows)
    return {name: number / unit for name, number in pairs if isfinite(number)}


def _text(path: str) -> str:
    try:
        with gzip.open(path) if path.endswith(".gz") else Path(path).open("rb") as file:
            data = file.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise EvaluationFailed("bad data", f"table {path} is larger than {MOST_BYTES:,} bytes of text")
        return data.decode()
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise EvaluationFailed("bad data", f"table {path} is no UTF-8 CSV file, plain or gzipped ({error})") from error


def _number(text: str | None) -> float:
    """Not a number where there is none."""
    try:
        return float(text or "nan")
    except ValueError:
        return float("nan")
