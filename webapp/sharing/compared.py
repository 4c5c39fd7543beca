"""The comparison that a link shows: without what names the team's data, or files of its machines."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from webapp.runs.selectors.candidates import genes_of
from webapp.sharing.models import Share
from webapp.studies.comparison.compare import Comparison, compare_networks, compare_studies
from webapp.studies.comparison.fields import Difference

OURS = ("task.data", "name")  # and what ends in `.path`


def compared_by(share: Share) -> Comparison:
    """What its subjects are today."""
    subjects = list(share.subjects.all())
    if all(one.run is None for one in subjects):
        found = compare_studies([one.study for one in subjects])
    else:
        named = [(one.run, one.key) for one in subjects if one.run is not None]
        found = compare_networks([(run, key, genes_of(run, key) or ()) for run, key in named])
    return replace(found, recipes=_kept(found.recipes))


def _kept(recipes: Difference) -> Difference:
    kept = [one for one in recipes.fields if not (one.path.startswith(OURS) or one.path.endswith(".path"))]
    return replace(recipes, fields=tuple(kept))


def told(found: dict[str, Any]) -> dict[str, Any]:
    """The columns of a comparison for strangers: runs by number, and networks without the names of their studies."""
    runs = list(dict.fromkeys(one["run"] for one in found["subjects"]))
    for one in found["subjects"]:
        one |= {"study": "", "run": str(runs.index(one["run"])), "name": "" if one["architecture"] else one["name"]}
    return found
