"""Saved operator sets on the page: which there are, which version a draft takes its operators from, and saving them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from nas_engine.errors import NasError
from webapp.accounts.models import Team, User
from webapp.operators.models import OperatorSet, OperatorSetVersion
from webapp.operators.selectors import operator_set_versions_of, operator_sets_of
from webapp.operators.services.save import add_version, create_operator_set
from webapp.pages.draft.state import Draft
from webapp.pages.draft.wrong import Wrong, wrong
from webapp.refusals import Refused
from webapp.studies.names import name_after
from webapp.studies.services.submit import operators_of


@dataclass(frozen=True)
class Saved:
    """A set with its versions, newest first."""

    name: str
    versions: tuple[OperatorSetVersion, ...]


@dataclass(frozen=True)
class Sets:
    """`chosen`: the version that the draft names. `kept`: whether the operators are still those."""

    saved: tuple[Saved, ...]
    chosen: OperatorSetVersion | None
    kept: bool

    @property
    def pinned(self) -> OperatorSetVersion | None:
        return self.chosen if self.kept else None


def sets_shown(user: User, draft: Draft) -> Sets:
    """The sets of a user's teams, and what the draft has of one."""
    versions = list(operator_set_versions_of(user))
    chosen = next((one for one in versions if str(one.pk) == draft.operator_set), None)
    return Sets(tuple(_saved(versions)), chosen, chosen is not None and _holds(draft, chosen))


def _saved(versions: Sequence[OperatorSetVersion]) -> list[Saved]:
    several = len({one.operator_set.team_id for one in versions}) > 1
    found = []
    for _, held in groupby(versions, key=lambda one: one.operator_set_id):
        own = tuple(held)
        named = own[0].operator_set
        found.append(Saved(f"{named.name} ({named.team.name})" if several else named.name, own))
    return found


def _holds(draft: Draft, version: OperatorSetVersion) -> bool:
    """Whether the draft's operators are those of a version."""
    labels: list[str] = version.labels
    try:
        return operators_of(draft.recipe) == labels
    except NasError:
        return False


def take(user: User, draft: Draft) -> None:
    """Where another version was chosen, its operators in place of those on the page."""
    if draft.text is not None or draft.operator_set == draft.operator_set_was:
        return
    chosen = sets_shown(user, draft).chosen
    if chosen is not None and isinstance(draft.recipe.get("space"), dict):
        draft.recipe["space"]["operators"] = list(chosen.labels)


def pinned(user: User, draft: Draft, team: Team) -> OperatorSetVersion | None:
    """The version that a study of this team may say it used."""
    found = sets_shown(user, draft).pinned
    return found if found is not None and found.operator_set.team_id == team.pk else None


def save(user: User, team: Team, draft: Draft, name: str) -> None:
    """The page's operators as a set of the team, or as the next version of the one that has this name."""
    if not name:
        draft.wrong = Wrong("set_name", "a set needs a name, such as ‘mobile, no squeeze’; up to 120 characters")
        return
    try:
        draft.operator_set = str(_saved_as(user, team, name[:120], operators_of(draft.recipe)).pk)
    except NasError as error:
        draft.wrong = Wrong("space.operators", wrong(error).text)
    except Refused as error:
        draft.wrong = Wrong("set_name", str(error))


def _saved_as(user: User, team: Team, name: str, labels: Sequence[str]) -> OperatorSetVersion:
    known: OperatorSet | None = operator_sets_of(user).filter(team=team, name=name).first()
    if known is not None:
        return add_version(user, known, labels)
    made = create_operator_set(user, team, name, labels)
    return made.versions.get()


def begun_with_operators(version: OperatorSetVersion) -> dict[str, Any]:
    """A recipe that searches a chain of a set's operators, and trains and exports what it finds."""
    return {
        "version": 1,
        "name": name_after(f"with {version}"),
        "task": {"kind": "image_classification"},
        "space": {"kind": "chain", "operators": list(version.labels), "skeleton": "small"},
        "pipeline": [
            {"kind": "train", "name": "supernet", "trainer": {"kind": "uniform_paths"}},
            {
                "kind": "search",
                "strategy": {"kind": "ageing_evolution"},
                "estimator": {"kind": "shared_weights"},
            },
            {"kind": "retrain"},
            {"kind": "export"},
        ],
    }
