"""Saved operator sets on the page: which there are, which version a draft takes its operators from, and saving them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from nas_engine.errors import NasError
from nas_engine.wire import Plain
from webapp.accounts.models import Team, User
from webapp.operators.models import OperatorSet, OperatorSetVersion
from webapp.operators.selectors import offered_versions_of, operator_sets_of
from webapp.operators.services.save import add_version, create_operator_set
from webapp.pages.draft.state import Draft
from webapp.pages.draft.wrong import Wrong, wrong
from webapp.refusals import Refused
from webapp.studies.selectors import DEFAULT_TEMPLATE, templates
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
    versions = list(offered_versions_of(user))
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
    held: tuple[list[str], list[Plain]] = (version.labels, version.declared)
    try:
        return operators_of(draft.recipe) == held
    except NasError:
        return False


def take(user: User, draft: Draft) -> None:
    """Where another version was chosen, its operators in place of those on the page, with what it declares."""
    if draft.text is not None or draft.operator_set == draft.operator_set_was:
        return
    chosen = sets_shown(user, draft).chosen
    if chosen is not None and isinstance(draft.recipe.get("space"), dict):
        draft.recipe["space"]["operators"] = list(chosen.labels)
        draft.recipe["space"].pop("declared", None)
        if chosen.declared:
            draft.recipe["space"]["declared"] = chosen.declared


def begun_with_operators(version: OperatorSetVersion) -> Draft:
    """A chain of a version's operators: the default template without the stage that evolves cells."""
    begun = dict(templates()[DEFAULT_TEMPLATE].recipe)
    declared = {"declared": version.declared} if version.declared else {}
    begun["space"] = {"kind": "chain", "skeleton": "digits", "operators": list(version.labels), **declared}
    begun["pipeline"] = [stage for stage in begun["pipeline"] if stage.get("trainer", {}).get("kind") != "autospace"]
    begun["budget"] = {"search": begun["budget"]["search"]}  # what its networks cost is theirs to say
    begun["name"] = version.operator_set.name
    return Draft(begun, team=str(version.operator_set.team_id), operator_set=str(version.pk))


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
        draft.operator_set = str(_saved_as(user, team, name[:120], *operators_of(draft.recipe)).pk)
    except NasError as error:
        draft.wrong = Wrong("space.operators", wrong(error).text)
    except Refused as error:
        draft.wrong = Wrong("set_name", str(error))


def _saved_as(
    user: User, team: Team, name: str, labels: Sequence[str], declared: Sequence[Plain]
) -> OperatorSetVersion:
    known: OperatorSet | None = operator_sets_of(user).filter(team=team, name=name).first()
    if known is not None:
        return add_version(user, known, labels, declared)
    made = create_operator_set(user, team, name, labels, declared)
    return made.versions.get()
