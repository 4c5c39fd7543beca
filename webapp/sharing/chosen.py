"""What an address names to be compared: studies, or networks."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict

from webapp.accounts.models import User
from webapp.runs.selectors.candidates import genes_of
from webapp.sharing.subjects import MOST, Network, networks_named, studies_named
from webapp.studies.comparison.compare import Comparison, compare_networks, compare_studies
from webapp.studies.models import Study


@dataclass(frozen=True)
class Chosen:
    """Studies, or networks; never both."""

    studies: tuple[Study, ...] = ()
    networks: tuple[Network, ...] = ()

    @property
    def any(self) -> bool:
        return bool(self.studies or self.networks)

    @property
    def full(self) -> bool:
        return max(len(self.studies), len(self.networks)) >= MOST

    @property
    def teams(self) -> list[uuid.UUID]:
        """Each once."""
        rows = [*self.studies, *(one.run.study for one in self.networks)]
        return list(dict.fromkeys(one.team_id for one in rows))

    @property
    def names(self) -> list[str]:
        """What an address calls them."""
        return [str(one.pk) for one in self.studies] or [f"{one.run.pk}:{one.key}" for one in self.networks]

    @property
    def kind(self) -> str:
        return "architectures" if self.networks else "studies"

    @property
    def asked(self) -> str:
        return query(self.kind, self.names)

    def compared(self) -> Comparison:
        if self.studies:
            return compare_studies(self.studies)
        return compare_networks([(one.run, one.key, genes_of(one.run, one.key) or ()) for one in self.networks])


def chosen(user: User, given: QueryDict) -> Chosen:
    """`?studies=` or `?architectures=`, several with commas or again. Raises Http404 and TooMany."""
    studies, networks = list(_listed(given, "studies")), list(_listed(given, "architectures"))
    if networks:
        pairs = [(run, key) for run, _, key in (name.partition(":") for name in networks)]
        return Chosen(networks=tuple(networks_named(user, pairs)))
    return Chosen(studies=tuple(studies_named(user, studies))) if studies else Chosen()


def query(kind: str, names: Sequence[str]) -> str:
    return urlencode({kind: ",".join(names)}, safe=",:") if names else ""


def _listed(given: QueryDict, name: str) -> Iterator[str]:
    for text in given.getlist(name):
        yield from (one.strip() for one in text.split(",") if one.strip())
