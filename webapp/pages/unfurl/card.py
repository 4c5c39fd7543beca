"""The card of a link: drawn when somebody asks, kept for a while, and only so many."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import lru_cache

from django.http import Http404

from webapp.pages.addresses import Opened, address
from webapp.pages.network import Found, found_network
from webapp.pages.unfurl.comparison import comparison_says, counted, draw_comparison
from webapp.pages.unfurl.network import best_of, draw_network, network_says
from webapp.pages.unfurl.space import draw_space, space_says
from webapp.pages.unfurl.study import draw_study, study_says
from webapp.runs.models import Run
from webapp.sharing.compared import compared_by
from webapp.sharing.links import absolute, link_of
from webapp.sharing.models import Share
from webapp.sharing.selectors import runs_shown
from webapp.spaces.models import SavedSpace

KEPT = 60  # seconds, of what may still change
MOST = 64  # pictures, of some fifty kilobytes


@dataclass(frozen=True)
class Card:
    """What Open Graph asks for."""

    title: str
    description: str
    address: str
    picture: str


def card_of(opened: Opened) -> Card:
    title, says = _SAYS[Share.Kind(opened.share.kind)](opened.share)
    picture = absolute(opened.request, address("picture", shared=opened))
    return Card(title, says, link_of(opened.request, opened.token), picture)


def picture_of(share: Share) -> bytes:
    """A PNG. A run that goes on is drawn anew once a minute, whoever asks."""
    return _Picture(share).png()


class _Picture:
    """Equal to another one that looks alike, for the cache."""

    def __init__(self, share: Share) -> None:
        self._share = share
        self._known: Hashable = (share.pk, _facts(share))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Picture) and self._known == other._known

    def __hash__(self) -> int:
        return hash(self._known)

    def png(self) -> bytes:
        return _drawn(self)

    def draw(self) -> bytes:
        return _DRAWS[Share.Kind(self._share.kind)](self._share)


@lru_cache(maxsize=MOST)
def _drawn(picture: _Picture) -> bytes:
    return picture.draw()


def _facts(share: Share) -> Hashable:
    """What a picture depends on."""
    names = tuple(one.study.name for one in share.subjects.all())
    if share.kind == Share.Kind.COMPARISON:
        return names, int(time.time() / KEPT)
    runs = tuple((run.pk, run.status, run.last_seq) for run in runs_shown(share)[:1])
    going = any(status == Run.Status.RUNNING for _, status, _ in runs)
    return names, (runs[0][0], int(time.time() / KEPT)) if going else runs


def _newest(share: Share) -> Run | None:
    return runs_shown(share).first()


def _network(share: Share) -> tuple[Run, Found]:
    run = _newest(share)
    found = None if run is None else found_network(run, share.subjects.all()[0].key)[0]
    if run is None or found is None:
        raise Http404
    return run, found


def _space(share: Share) -> SavedSpace:
    if share.space is None:
        raise Http404
    return share.space


def _study_card(share: Share) -> tuple[str, str]:
    return share.subjects.all()[0].study.name, study_says(_newest(share))


def _network_card(share: Share) -> tuple[str, str]:
    _, found = _network(share)
    return f"Network {found[0].key}", network_says(found[0], best_of(found))


def _comparison_card(share: Share) -> tuple[str, str]:
    found = compared_by(share)
    return f"{counted(found)} side by side", comparison_says(found)


_SAYS: dict[Share.Kind, Callable[[Share], tuple[str, str]]] = {
    Share.Kind.STUDY: _study_card,
    Share.Kind.ARCHITECTURE: _network_card,
    Share.Kind.SPACE: lambda share: (_space(share).name, space_says(_space(share))),
    Share.Kind.COMPARISON: _comparison_card,
}
_DRAWS: dict[Share.Kind, Callable[[Share], bytes]] = {
    Share.Kind.STUDY: lambda share: draw_study(share.subjects.all()[0].study, _newest(share)),
    Share.Kind.ARCHITECTURE: lambda share: draw_network(*_network(share)),
    Share.Kind.SPACE: lambda share: draw_space(_space(share)),
    Share.Kind.COMPARISON: lambda share: draw_comparison(compared_by(share)),
}
