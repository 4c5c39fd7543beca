"""Studies of the studio: made, found, followed, asked, taken away."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from spacewright import notebook
from spacewright.answers import Answer
from spacewright.connection import Ask, Connection
from spacewright.downloads import Told, download, no_one, save
from spacewright.errors import SpacewrightError
from spacewright.following import EVERY, PATIENCE, Look, follow, no_look
from spacewright.records import Event, File, Origin, Run
from spacewright.snapshot import Snapshot

MOST_RUNS = 500  # of a listing, whose status is shown


@dataclass
class Study:
    """A recipe and its runs, newest first, as they were when it was read; `refresh` reads it again.

    `origin`: of a study that was made from a bundle, whether it came out as that says.

    In a notebook it shows itself as a card that follows its newest run.
    """

    id: str
    name: str
    team: str
    created: datetime
    recipe: dict[str, Any]
    runs: tuple[Run, ...]
    origin: Origin | None
    connection: Connection = field(repr=False, compare=False)

    @classmethod
    def read(cls, answer: Answer, connection: Connection) -> Study:
        return cls(
            answer.text("id"),
            answer.text("name"),
            answer.text("team"),
            answer.time("created"),
            answer.fields("recipe"),
            tuple(Run.read(run) for run in answer.many("runs")),
            Origin.read(answer.one("origin")) if answer.everything.get("origin") else None,
            connection,
        )

    @property
    def run(self) -> Run:
        """The newest. Raises SpacewrightError for a study that was never begun."""
        if not self.runs:
            raise SpacewrightError(f"study {self.name!r} has no run yet; begin one in the studio")
        return self.runs[0]

    @property
    def url(self) -> str:
        """Its page."""
        return f"{self.connection.url}/studies/{self.id}/"

    def refresh(self, patience: float | None = None) -> Study:
        """Itself, as it is now; `patience`: seconds that a server may be away, by default the connection's."""
        now = Study.read(self.connection.get(f"/studies/{self.id}/", patience=patience), self.connection)
        self.name, self.recipe, self.runs, self.origin = now.name, now.recipe, now.runs, now.origin
        return self

    def snapshot(self) -> Snapshot:
        """What its page shows of the newest run now."""
        return Snapshot.read(self.connection.get(f"/runs/{self.run.id}/snapshot/"))

    def watch(
        self, since: int = 0, every: float = EVERY, patience: float = PATIENCE, look: Look = no_look
    ) -> Iterator[Event]:
        """The facts of the newest run, as they are found, until it is over; `since`: the last one that you have.

        A server that restarts is waited for, up to `patience` seconds. `look` is called between two looks, each `every` seconds.
        """
        yield from follow(self.connection, self.run.id, since, every, patience, look)
        self.refresh(patience)

    def pause(self) -> int:
        """Begin nothing new in any of its runs; how many that made a difference to."""
        return self._ask("pause")

    def resume(self) -> int:
        """Go on with its paused runs."""
        return self._ask("resume")

    def finish(self) -> int:
        """Conclude its runs with what they have, retrain, export."""
        return self._ask("finish")

    def cancel(self) -> int:
        """End its runs; what was found stays."""
        return self._ask("cancel")

    def _ask(self, what: str) -> int:
        changed = self.connection.post(f"/studies/{self.id}/{what}/", repeatable=True).whole("changed")
        self.refresh()
        return changed

    def files(self) -> tuple[File, ...]:
        """What the newest run exported; none before its export."""
        return tuple(File.read(file) for file in self.connection.get_list(f"/runs/{self.run.id}/files/"))

    def export(self, to: str | Path, told: Told = no_one) -> list[Path]:
        """Bring the winner's files into a folder; their paths. Raises SpacewrightError where nothing was exported yet."""
        files = self.files()
        if not files:
            raise SpacewrightError(
                f"study {self.name!r} has exported nothing ({self.run.shown}); wait for its export stage, or take the best"
                f" so far: spacewright arch pull {self.id}"
            )
        where = f"/runs/{self.run.id}/files"
        return [download(self.connection, f"{where}/{file.name}", file, Path(to), told) for file in files]

    def bundle(self, to: str | Path, told: Told = no_one) -> Path:
        """Bring the newest run as one bundle: `NAME.bundle.zip`, from which it can be made again anywhere."""
        return save(self.connection, f"/runs/{self.run.id}/bundle/", Path(to), told)

    # in a notebook

    def _repr_html_(self) -> str:
        return notebook.html(self)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return notebook.shown(self)

    def _ipython_display_(self) -> None:
        notebook.display(self)


@dataclass(frozen=True)
class StudySummary:
    """A study in a listing. `shown`: its newest run's status, None where it has none or none of the newest 500."""

    id: str
    name: str
    team: str
    created: datetime
    runs: int
    shown: str | None


class Studies:
    """The studies of your teams."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def create(
        self,
        recipe: Mapping[str, Any] | None = None,
        *,
        template: str = "",
        name: str = "",
        team: str = "",
        slots: int = 1,
        start: bool = True,
        key: str = "",
    ) -> Study:
        """Submit a recipe or a template by its name; by default its first run begins at once.

        However often the request has to be sent, one study is made of it: `key`, by default a fresh one, says that it is the
        same. Raises Refused with the server's sentence for a recipe that cannot be.
        """
        body: dict[str, object] = {"slots": slots, "start": start}
        chosen = {"recipe": recipe, "template": template, "name": name, "team": team}
        body |= {field: value for field, value in chosen.items() if value}
        made = self._connection.post("/studies/", body, key=key or uuid.uuid4().hex)
        return Study.read(made, self._connection)

    def create_from_bundle(
        self, bundle: str | Path, *, name: str = "", team: str = "", start: bool = True, key: str = ""
    ) -> Study:
        """Make a study again from a bundle of this or another studio. `key`: as in `create`."""
        path = Path(bundle)
        fields = {"name": name, "team": team, "start": str(start).lower()}
        try:
            with ExitStack() as held:
                file = (path.name, held.enter_context(path.open("rb")), "application/zip")
                ask = Ask(
                    "POST",
                    "/studies/from-bundle/",
                    files={"bundle": file},
                    fields={field: value for field, value in fields.items() if value},
                    headers={"Idempotency-Key": key or uuid.uuid4().hex},
                    repeatable=True,
                )
                answer = self._connection.answer(ask)
        except OSError as error:
            raise SpacewrightError(f"cannot read {path}: {error.strerror}") from error
        return Study.read(answer, self._connection)

    def get(self, identity: str) -> Study:
        """By its id."""
        return Study.read(self._connection.get(f"/studies/{_uuid(identity)}/"), self._connection)

    def find(self, text: str) -> Study:
        """By id, the beginning of one, or whole name. Raises SpacewrightError for none and for several."""
        try:
            return self.get(text)
        except ValueError:
            named = [one for one in self._all() if one.text("name") == text or one.text("id").startswith(text.lower())]
        if len(named) != 1:
            found = ", ".join(one.text("id") for one in named[:5]) or "none"
            raise SpacewrightError(
                f"{text!r} is {len(named)} studies, wanted one: {found}; `spacewright study list` shows all"
            )
        return self.get(named[0].text("id"))

    def list(self, limit: int = 20) -> list[StudySummary]:
        """The newest, with how each is."""
        shown: dict[str, str] = {}
        for run in islice(self._connection.pages("/runs/", MOST_RUNS), MOST_RUNS):
            shown.setdefault(run.text("study"), run.text("shown"))  # newest first
        return [
            StudySummary(
                one.text("id"),
                one.text("name"),
                one.text("team"),
                one.time("created"),
                one.whole("run_count"),
                shown.get(one.text("id")),
            )
            for one in islice(self._all(), limit)
        ]

    def _all(self) -> Iterator[Answer]:
        return self._connection.pages("/studies/")


def _uuid(text: str) -> uuid.UUID:
    """Raises ValueError for what is no id."""
    return uuid.UUID(text)
