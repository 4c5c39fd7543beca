"""The Compare page: what could stand beside what is compared, and what is left without one of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from webapp.accounts.models import User
from webapp.runs.models import Run
from webapp.runs.selectors.candidates import candidates_of
from webapp.sharing.chosen import Chosen, query
from webapp.sharing.subjects import MOST
from webapp.studies.selectors import studies_of

OFFERED = 12  # to stand beside


@dataclass(frozen=True)
class Offer:
    """What could stand beside: what people call it, and the address of the larger comparison."""

    name: str
    more: str
    address: str


def beside(user: User, named: Chosen) -> list[Offer]:
    """The newest studies of the teams, or the best networks of the same runs."""
    if named.full:
        return []
    names = named.names
    if named.networks:
        runs = {one.run.pk: one.run for one in named.networks}.values()
        others = [(run, key) for run in runs for key in _best_of(run) if f"{run.pk}:{key}" not in names]
        return [
            Offer(key, run.study.name, address(named.kind, [*names, f"{run.pk}:{key}"]))
            for run, key in others[:OFFERED]
        ]
    newest = [one for one in studies_of(user)[: OFFERED + MOST] if str(one.pk) not in names]
    return [Offer(one.name, one.team.name, address(named.kind, [*names, str(one.pk)])) for one in newest[:OFFERED]]


def _best_of(run: Run) -> list[str]:
    """The networks with the best answers, each once."""
    rows = candidates_of(run, {"order": "-score"}).values_list("architecture__key", flat=True)
    return list(dict.fromkeys(rows[: 4 * OFFERED]))[: OFFERED + MOST]


def one_team(named: Chosen) -> bool:
    """Whether a link could show it."""
    return len(named.teams) == 1


def without(named: Chosen) -> list[str]:
    """For each of them the address of the comparison of the others."""
    names = named.names
    return [address(named.kind, [other for other in names if other != name]) for name in names]


def address(kind: str, names: Sequence[str]) -> str:
    """Of a comparison."""
    return f"{reverse('compare')}?{query(kind, names)}"
