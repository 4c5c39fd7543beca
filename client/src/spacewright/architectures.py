"""Networks that a study found."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from spacewright.connection import Connection
from spacewright.downloads import Told, download, no_one, write
from spacewright.errors import SpacewrightError
from spacewright.records import File, Network
from spacewright.studies import Study


@dataclass(frozen=True)
class Pulled:
    """What was brought. `what`: 'winner' (trained and tested), 'best so far' (without weights) or 'document'."""

    what: str
    paths: tuple[Path, ...]


class Architectures:
    """The networks of a study's newest run."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def show(self, study: Study, key: str) -> Network:
        """One network: document, layers with costs, best score."""
        return Network.read(self._connection.get(f"/runs/{study.run.id}/architectures/{_key(key)}/"))

    def pull(self, study: Study, to: str | Path, key: str = "", told: Told = no_one) -> Pulled:
        """Bring a network into a folder.

        With a `key`, its document as KEY.json, which a recipe and `python -m nas_engine count` take. Without one, the winner
        with its weights; before there is one, the best so far: document, source and card, not retrained, without weights.
        """
        if key:
            document = self.show(study, key).document
            return Pulled("document", (write(Path(to) / f"{_key(key)}.json", json.dumps(document, indent=2) + "\n"),))
        if study.files():
            return Pulled("winner", tuple(study.export(to, told)))
        best = self._connection.get(f"/runs/{study.run.id}/best/")
        files = [File.read(file) for file in best.many("files")]
        where = f"/runs/{study.run.id}/best"
        paths = (download(self._connection, f"{where}/{file.name}", file, Path(to), told) for file in files)
        return Pulled("best so far", tuple(paths))


def _key(key: str) -> str:
    """Raises SpacewrightError for what is no key."""
    if not key.isalnum() or not key.isascii():
        raise SpacewrightError(f"{key!r} is no network's key, which is letters and digits such as 4b9fb4ab32020f22")
    return key
