"""Pages of candidates, found by the row that the page before ended with: a deep page costs what the first one does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet, Sum

from webapp.runs.models import Candidate, Run, Tally
from webapp.runs.selectors.candidates import ORDERS, candidates_of

Order = tuple[str, ...]


@dataclass(frozen=True)
class Mark:
    """A row to go on from: the figure that orders it, and its number. `back`: what is before it is wanted, not what is after."""

    value: float
    number: int
    back: bool = False

    def __str__(self) -> str:
        return f"{self.value!r},{self.number}"

    @classmethod
    def read(cls, text: str, *, back: bool = False) -> Mark:
        """The mark that `str` wrote. Raises ValueError for anything else."""
        value, _, number = text.partition(",")
        mark = cls(float(value) if set(value) & set(".e") else int(value), int(number), back)
        if not max(abs(mark.value), abs(mark.number)) < 2**63:  # what a database can hold; infinity and NaN are not
            raise ValueError(f"got {text!r}, wanted a figure and a number that candidates can have")
        return mark


@dataclass(frozen=True)
class CandidatePage:
    """Rows in the order that was asked for; whether there are more on either side."""

    rows: list[Candidate]
    before: bool
    after: bool


def candidate_page(run: Run, chosen: dict[str, Any], size: int, mark: Mark | None = None) -> CandidatePage:
    """At most `size` candidates on one side of the mark, those next to it; the first ones without a mark."""
    order = ORDERS[str(chosen.get("order", "number"))]
    found = candidates_of(run, chosen).select_related("architecture")
    if mark is not None and mark.back:
        rows = _beyond(found, _turned(order), mark, size + 1)
        return CandidatePage(rows[:size][::-1], before=len(rows) > size, after=True)
    rows = list(found[: size + 1]) if mark is None else _beyond(found, order, mark, size + 1)
    return CandidatePage(rows[:size], before=mark is not None, after=len(rows) > size)


def mark_of(row: Candidate, chosen: dict[str, Any], *, back: bool = False) -> Mark:
    """The mark beside a row."""
    return Mark(getattr(row, ORDERS[str(chosen.get("order", "number"))][0].removeprefix("-")), row.number, back)


def mark_at(run: Run, chosen: dict[str, Any], place: int, total: int) -> Mark | None:
    """The mark after the first `place` of `total` rows; None before the first. Walks an index from the nearer end."""
    if place <= 0:
        return None
    order = ORDERS[str(chosen.get("order", "number"))]
    names = (order[0].removeprefix("-"), "number")
    near, nth = (order, place - 1) if place <= total // 2 else (_turned(order), max(0, total - place))
    row = candidates_of(run, chosen).order_by(*near).values_list(*names)[nth : nth + 1].first()
    return None if row is None else Mark(*row)


def count_of(run: Run, chosen: dict[str, Any]) -> int:
    """How many there are of the chosen stage and status, from the run's tallies: nothing is counted anew."""
    found = Tally.objects.filter(run=run, **{name: chosen[name] for name in ("stage", "status") if name in chosen})
    if ORDERS[str(chosen.get("order", "number"))][0].removeprefix("-") != "number":
        found = found.filter(status=Candidate.Status.SCORED)
    return found.aggregate(all=Sum("count"))["all"] or 0


def _beyond(found: QuerySet[Candidate], order: Order, mark: Mark, count: int) -> list[Candidate]:
    """The next rows in an order: the rest of those with the mark's figure, then the others. Each a range of one index."""
    found = found.order_by(*order)
    if len(order) == 1:
        return list(found.filter(**_past(order[0], mark.number))[:count])
    figure, number = order
    rows = list(found.filter(**{figure.removeprefix("-"): mark.value}, **_past(number, mark.number))[:count])
    if len(rows) < count:
        rows += found.filter(**_past(figure, mark.value))[: count - len(rows)]
    return rows


def _past(term: str, value: float) -> dict[str, float]:
    """The filter for what comes after a value, in the direction of a term of an order."""
    return {f"{term[1:]}__lt": value} if term.startswith("-") else {f"{term}__gt": value}


def _turned(order: Order) -> Order:
    return tuple(term[1:] if term.startswith("-") else f"-{term}" for term in order)
