"""Where a network came from, and what came of it, in one run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import F, Max

from webapp.runs.models import Architecture, Candidate, Run

CHILDREN = 12  # a page


@dataclass(frozen=True)
class Relative:
    """A parent or a child. `changes`: places whose cell differs, as (place, before, after); `asked`: it has a page in this run."""

    key: str
    asked: bool
    best: float | None
    changes: tuple[tuple[int, str, str], ...]


def parents_of(run: Run, genes: Sequence[str], rows: Sequence[Candidate]) -> list[Relative]:
    """The networks that the answers name as parents, each once. `genes` are those of the network itself."""
    keys = list(dict.fromkeys(key for row in rows for key in row.parents))
    known = _known(run, keys)
    return [_relative(key, known, lambda parent: _changes(parent, genes)) for key in keys]


def children_of(run: Run, key: str, genes: Sequence[str], number: str | None) -> tuple[list[Relative], Page[str]]:
    """A page of the networks whose answers name this one as a parent, each once, the best first."""
    # Whether a list on a row has a value is asked in another way by each database; a key is found as text in all of them.
    named = Candidate.objects.filter(run=run, parents__icontains=f'"{key}"').exclude(architecture__key=key)
    best = named.order_by().values("architecture__key").annotate(best=Max("score"))
    keys = best.order_by(F("best").desc(nulls_last=True), "architecture__key").values_list(
        "architecture__key", flat=True
    )
    page = Paginator(keys, CHILDREN).get_page(number)
    known = _known(run, list(page))
    return [_relative(child, known, lambda after: _changes(genes, after)) for child in page], page


def _known(run: Run, keys: Sequence[str]) -> dict[str, list[Candidate]]:
    """What the run answered about each."""
    found: dict[str, list[Candidate]] = {}
    networks = list(Architecture.objects.filter(key__in=keys).values_list("pk", flat=True))
    for row in Candidate.objects.filter(run=run, architecture__in=networks).select_related("architecture"):
        found.setdefault(row.architecture.key, []).append(row)
    return found


def _relative(
    key: str, known: dict[str, list[Candidate]], changes: Callable[[Sequence[str]], tuple[tuple[int, str, str], ...]]
) -> Relative:
    rows = known.get(key)
    if not rows:
        return Relative(key, asked=False, best=None, changes=())
    best = max((row.score for row in rows if row.score is not None), default=None)
    return Relative(key, asked=True, best=best, changes=changes(rows[0].architecture.genes))


def _changes(before: Sequence[str], after: Sequence[str]) -> tuple[tuple[int, str, str], ...]:
    pairs = enumerate(zip(before, after, strict=False))
    return tuple((place, old, new) for place, (old, new) in pairs if old != new)
