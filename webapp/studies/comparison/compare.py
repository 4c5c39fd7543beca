"""A comparison: up to six studies, or networks, with what each found and the recipe fields in which they differ."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from nas_engine.preview import network
from nas_engine.preview import recipe as read_recipe
from nas_engine.wire import plain
from webapp.runs.models import Candidate, Event, Run
from webapp.runs.selectors.best import best_so_far
from webapp.runs.selectors.candidates import winner_key
from webapp.runs.selectors.runs import shown
from webapp.studies.comparison.fields import Difference, difference
from webapp.studies.comparison.found import Found, found_by
from webapp.studies.models import Study

LETTERS = "ABCDEF"


@dataclass(frozen=True)
class Best:
    """A network with the score that it is compared by."""

    architecture: str
    score: float | None
    params: int | None
    madds: int | None


@dataclass(frozen=True)
class Verdict:
    """The run's exported winner against its reference, on the test split: mean accuracy over seeds, and the paired interval."""

    verdict: str
    seeds: int
    accuracy: float
    difference: float
    low: float
    high: float


@dataclass(frozen=True)
class Compared:
    """One of them. `letter` stands for it in charts; `architecture` is empty for a study; `run` is None before its first."""

    letter: str
    study: Study
    run: Run | None
    architecture: str
    status: str
    stage: str
    limits: dict[str, int]
    best: Best | None
    verdict: Verdict | None
    found: Found | None

    @property
    def name(self) -> str:
        return self.architecture or self.study.name


@dataclass(frozen=True)
class Comparison:
    """`genes`: of networks, the places at which their cells differ; where their numbers of places differ, too."""

    kind: str  # 'studies' or 'architectures'
    subjects: tuple[Compared, ...]
    recipes: Difference
    genes: Difference


def compare_studies(studies: Sequence[Study]) -> Comparison:
    """The newest run of each."""
    newest = _newest([study.pk for study in studies])
    subjects = tuple(
        _study(letter, study, newest.get(study.pk)) for letter, study in zip(LETTERS, studies, strict=False)
    )
    return Comparison("studies", subjects, difference([one.study.recipe for one in subjects]), Difference((), 0))


def compare_networks(named: Sequence[tuple[Run, str, Sequence[str]]]) -> Comparison:
    """Networks by run, key and the labels of their cells."""
    subjects = tuple(
        _network(letter, run, key, genes) for letter, (run, key, genes) in zip(LETTERS, named, strict=False)
    )
    cells = [{f"place {place}": gene for place, gene in enumerate(genes)} for _, _, genes in named]
    recipes = difference([run.recipe for run, _, _ in named])
    return Comparison("architectures", subjects, recipes, difference(cells))


def _newest(studies: Sequence[uuid.UUID]) -> dict[uuid.UUID, Run]:
    rows = Run.objects.filter(study__in=studies).select_related("study").defer("state").order_by("created")
    return {run.study_id: run for run in rows}


def _study(letter: str, study: Study, run: Run | None) -> Compared:
    limits = _limits(study.recipe)
    if run is None:
        return Compared(letter, study, None, "", "not begun", "", limits, None, None, None)
    best = best_so_far(run)
    held = None if best is None else _best(best.candidate)
    stage = "" if best is None else best.stage
    return Compared(letter, study, run, "", shown(run), stage, limits, held, _verdict(run), found_by(run))


def _network(letter: str, run: Run, key: str, genes: Sequence[str]) -> Compared:
    """With its best answer in the newest stage that scored it."""
    rows = Candidate.objects.filter(run=run, architecture__key=key, score__isnull=False)
    best = rows.order_by("-stage", "-score", "number").first()
    stage = "" if best is None else str(run.recipe["pipeline"][best.stage]["name"])
    cost = network(read_recipe(run.recipe), genes).cost
    held = Best(key, None if best is None else best.score, cost.params, cost.madds)
    verdict = _verdict(run) if winner_key(run) == key else None
    return Compared(letter, run.study, run, key, shown(run), stage, _limits(run.recipe), held, verdict, found_by(run))


def _best(row: Candidate) -> Best:
    return Best(row.architecture.key, row.score, row.params, row.madds)


def _verdict(run: Run) -> Verdict | None:
    told = Event.objects.filter(run=run, kind="test opened").order_by("-seq").first()
    if told is None:
        return None
    said: dict[str, Any] = told.payload
    scores = said["scores"]["winner"]
    return Verdict(said["verdict"], len(scores), fmean(scores), said["difference"], said["low"], said["high"])


def _limits(recipe: Mapping[str, Any]) -> dict[str, int]:
    allowed = (recipe.get("budget") or {}).get("network") or {}
    return {name: limit for name, limit in allowed.items() if limit is not None}


def columns(comparison: Comparison) -> dict[str, Any]:
    """As it travels, to scripts and to the page's charts."""
    return {
        "kind": comparison.kind,
        "subjects": [_plain(one) for one in comparison.subjects],
        "recipes": plain(comparison.recipes),
        "genes": plain(comparison.genes),
    }


def _plain(one: Compared) -> dict[str, Any]:
    found = one.found
    return {
        "letter": one.letter,
        "study": str(one.study.pk),
        "name": one.study.name,
        "run": None if one.run is None else str(one.run.pk),
        "architecture": one.architecture,
        "status": one.status,
        "stage": one.stage,
        "limits": {name: one.limits.get(name) for name in ("params", "madds")},
        "best": None if one.best is None else plain(one.best),
        "verdict": None if one.verdict is None else plain(one.verdict),
        "found": None if found is None else plain(found),
    }
