"""What the pages of a network say, to who is logged in and to who came by a link."""

from __future__ import annotations

import json
from typing import Any

from nas_engine.preview import Network, network
from nas_engine.preview import recipe as read_recipe
from webapp.pages.answers import grouped
from webapp.pages.drawn import drawn, genes_of
from webapp.pages.lineage import children_of, parents_of
from webapp.pages.winner import CARD, SOURCE, Winner, winner_of
from webapp.runs.models import Candidate, Run
from webapp.runs.selectors.best import BestSoFar, best_so_far
from webapp.runs.selectors.candidates import network_of

Found = tuple[Network, list[Candidate]]


def found_network(run: Run, key: str) -> tuple[Found | None, Winner | None]:
    """The network with its answers, and the run's winner. A winner that no search asked about has a page too."""
    winner = winner_of(run)
    found = network_of(run, key)
    if found is None and winner is not None and winner.key == key and winner.genes:
        found = network(read_recipe(run.recipe), winner.genes), []
    return found, winner


def network_facts(run: Run, found: Found, winner: Winner | None, children: str | None = None) -> dict[str, Any]:
    """Cost, answers, drawings, layers, lineage and files. `children`: the page of its children that is wanted."""
    asked, answers = found
    mine = winner if winner is not None and winner.key == asked.key else None
    bred, pages = children_of(run, asked.key, genes_of(asked), children)
    return {
        "network": asked,
        "drawn": drawn(run, asked),
        "answers": grouped(run, answers),
        "best": max((row.score for row in answers if row.score is not None), default=None),
        "parents": parents_of(run, genes_of(asked), answers),
        "children": bred,
        "child_pages": pages,
        "limits": _limits(run, asked),
        "won": mine is not None,
        "document": json.dumps(asked.document, indent=2),
        "source": mine.text(SOURCE) if mine else "",
        "card": mine.text(CARD) if mine else "",
        "best_so_far": None if winner else _best(run, asked.key),
    }


def _best(run: Run, key: str) -> BestSoFar | None:
    """The best of a run that is over without an export, if that is this network."""
    found = None if run.status == Run.Status.RUNNING else best_so_far(run)
    return found if found is not None and found.candidate.architecture.key == key else None


def _limits(run: Run, asked: Network) -> list[tuple[str, int, int | None, float]]:
    """Params and MAdds: what the network costs, what it may, and the share of that in percent."""
    allowed = run.recipe.get("budget", {}).get("network", {})
    found = []
    for measure, name in (("params", "Parameters"), ("madds", "MAdds")):
        cost, limit = getattr(asked.cost, measure), allowed.get(measure)
        found.append((name, cost, limit, 100 * cost / limit if limit else 0.0))
    return found
