"""The list of data: how each stands, from a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from webapp.accounts.models import User
from webapp.accounts.selectors import teams_in_view, teams_to_edit
from webapp.datasets.models import Dataset, DatasetVersion, Upload
from webapp.datasets.selectors import UNDER_WAY, datasets_of

BADGES = {"receiving": "paused", "checking": "running", "ready": "finished", "refused": "failed"}


@dataclass(frozen=True)
class Arrival:
    """An upload as a person follows it."""

    upload: Upload

    @property
    def badge(self) -> str:
        return BADGES.get(self.upload.status, "")

    @property
    def received(self) -> int:
        return sum(file.received for file in self.upload.files.all())

    @property
    def done(self) -> int | None:
        """Of `total`: bytes that arrived, then images that were read."""
        if self.upload.status == Upload.Status.RECEIVING:
            return self.received
        done: int | None = self.upload.progress.get("done")
        return done

    @property
    def total(self) -> int | None:
        return self.upload.size if self.upload.status == Upload.Status.RECEIVING else self.upload.progress.get("total")

    @property
    def percent(self) -> int | None:
        """None where nobody knows yet how much there is."""
        return 100 * (self.done or 0) // self.total if self.total else None

    @property
    def under_way(self) -> bool:
        return self.upload.status in UNDER_WAY

    @property
    def again(self) -> dict[str, object]:
        """What the page's script needs to go on with it."""
        return {"name": self.upload.dataset.name, "team": str(self.upload.dataset.team_id), "side": self.upload.side}


@dataclass(frozen=True)
class Holding:
    """One data set: its newest version, what is on its way or was refused, and what it takes on disk."""

    dataset: Dataset
    version: DatasetVersion | None
    arrival: Arrival | None
    versions: int
    size: int
    mine: bool

    @property
    def badge(self) -> str:
        return self.arrival.badge if self.arrival else "finished"

    @property
    def state(self) -> str:
        return str(self.arrival.upload.status) if self.arrival else "ready"


def holding(dataset: Dataset, mine: bool) -> Holding:
    """One of them; `versions` and `uploads__files` are best fetched with it."""
    versions, uploads = list(dataset.versions.all()), list(dataset.uploads.all())
    open_ones = [upload for upload in uploads if upload.status != Upload.Status.READY]
    arrival = Arrival(open_ones[0]) if open_ones else None
    size = sum(version.size for version in versions)
    return Holding(dataset, versions[0] if versions else None, arrival, len(versions), size, mine)


def holdings(user: User) -> list[Holding]:
    """The own data of the chosen team, or of all the user's, first, the newest in front; then what is built in."""
    seen = {None, *teams_in_view(user).values_list("pk", flat=True)}
    editable = set(teams_to_edit(user).values_list("pk", flat=True))
    found = [holding(one, one.team_id in editable) for one in datasets_of(user) if one.team_id in seen]
    return [*_newest(one for one in found if one.dataset.team_id), *(one for one in found if not one.dataset.team_id)]


def _newest(found: Iterable[Holding]) -> list[Holding]:
    return sorted(found, key=lambda one: one.dataset.created, reverse=True)
