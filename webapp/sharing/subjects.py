"""What a link is to show, before there is one: read from a request, and checked against what its user may see."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.http import Http404

from webapp.accounts.models import Team, User
from webapp.refusals import Refused, Unclear
from webapp.runs.models import Run
from webapp.runs.selectors.candidates import genes_of
from webapp.runs.selectors.runs import runs_of
from webapp.sharing.models import Share
from webapp.spaces.models import SavedSpace
from webapp.spaces.selectors import spaces_of
from webapp.studies.models import Study
from webapp.studies.selectors import studies_of

MOST = 6  # that are compared


class TooMany(Refused):
    """More things than can be compared, or fewer."""

    slug = "too-many"


@dataclass(frozen=True)
class Network:
    """A network of a run."""

    run: Run
    key: str


@dataclass(frozen=True)
class Shown:
    """One thing of one team."""

    kind: Share.Kind
    team: Team
    studies: tuple[Study, ...] = ()
    networks: tuple[Network, ...] = ()
    space: SavedSpace | None = None

    @property
    def rows(self) -> list[tuple[Study, Run | None, str]]:
        """As they are kept."""
        return [(one, None, "") for one in self.studies] + [(one.run.study, one.run, one.key) for one in self.networks]


def a_study(user: User, pk: object) -> Shown:
    """Raises Http404 for what the user may not see; so do all of these."""
    found = studies_named(user, [pk])
    return Shown(Share.Kind.STUDY, found[0].team, studies=tuple(found))


def a_network(user: User, run: object, key: str) -> Shown:
    found = networks_named(user, [(run, key)])
    return Shown(Share.Kind.ARCHITECTURE, found[0].run.study.team, networks=tuple(found))


def a_space(user: User, pk: object) -> Shown:
    found = spaces_of(user).filter(pk=identity(pk)).first()
    if found is None:
        raise Http404
    return Shown(Share.Kind.SPACE, found.team, space=found)


def a_comparison(studies: Sequence[Study], networks: Sequence[Network]) -> Shown:
    """Raises Unclear where they are not all of one team: a link belongs to one."""
    teams = {one.team_id: one.team for one in (*studies, *(network.run.study for network in networks))}
    if len(teams) != 1:
        raise Unclear("a link belongs to one team: compare what is of one, or share without the others")
    team = next(iter(teams.values()))
    return Shown(Share.Kind.COMPARISON, team, studies=tuple(studies), networks=tuple(networks))


def studies_named(user: User, keys: Iterable[object]) -> list[Study]:
    """In this order, each once. Raises Http404 where one is not there, or another team's."""
    wanted = list(dict.fromkeys(identity(key) for key in keys))
    few(wanted)
    found = {one.pk: one for one in studies_of(user).filter(pk__in=wanted)}
    if not wanted or len(found) != len(wanted):
        raise Http404
    return [found[pk] for pk in wanted]


def networks_named(user: User, named: Iterable[tuple[object, str]]) -> list[Network]:
    """In this order, each once. Raises Http404 where a run is not there, or knows nothing of the network."""
    wanted = list(dict.fromkeys((identity(run), key) for run, key in named))
    few(wanted)
    runs = {
        one.pk: one for one in runs_of(user).filter(pk__in=[run for run, _ in wanted]).select_related("study__team")
    }
    if not wanted or any(run not in runs or not is_key(key) or genes_of(runs[run], key) is None for run, key in wanted):
        raise Http404
    return [Network(runs[run], key) for run, key in wanted]


def few(wanted: Sequence[object]) -> None:
    """Raises TooMany."""
    if len(wanted) > MOST:
        raise TooMany(f"got {len(wanted)} to compare, wanted at most {MOST}: leave some out")


def identity(text: object) -> uuid.UUID:
    """The id that somebody wrote; one that nothing has, where it is none."""
    if isinstance(text, uuid.UUID):
        return text
    try:
        return uuid.UUID(str(text))
    except ValueError:
        return uuid.UUID(int=0)


def is_key(text: str) -> bool:
    """Whether a network can be called so."""
    return 0 < len(text) <= 16 and text.isascii() and text.isalnum()
