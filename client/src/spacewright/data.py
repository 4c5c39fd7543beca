"""Data of the studio: listed, and brought there."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from spacewright.answers import Answer
from spacewright.connection import Connection
from spacewright.errors import EndedBadly
from spacewright.packing import packed
from spacewright.records import DataSet, DataVersion
from spacewright.uploads import send_file

EVERY = 1.0  # seconds between looks at the check
PATIENCE = 600.0  # seconds that a server may be away


@dataclass(frozen=True)
class Progress:
    """How far bringing data is. `doing`: 'sending', 'waiting' or 'checking'; `total` is None while it is not known."""

    doing: str
    done: int
    total: int | None


Told = Callable[[Progress], None]


def no_one(_: Progress) -> None:
    """Nobody wants to know."""


class Data:
    """What is built in and what your teams brought."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def list(self, limit: int = 100) -> list[DataSet]:
        """The newest first."""
        return [DataSet.read(one) for one in islice(self._connection.pages("/datasets/"), limit)]

    def add(
        self,
        name: str,
        path: str | Path,
        *,
        test: str | Path | None = None,
        side: int | None = None,
        team: str = "",
        told: Told = no_one,
    ) -> DataVersion:
        """Bring an archive, an IDX or NPZ file, or a folder, and wait until it is checked; `test` is the test split.

        What broke off goes on where it was, when the same is brought again. Raises EndedBadly for data that the check refused.
        """
        given = {"train": Path(path), **({} if test is None else {"test": Path(test)})}
        with ExitStack() as held:
            ready = {split: held.enter_context(packed(source)) for split, source in given.items()}
            files = [
                {"name": file.name, "size": file.path.stat().st_size, "split": split} for split, file in ready.items()
            ]
            body: dict[str, object] = {"name": name, "files": files}
            body |= {"team": team} if team else {}
            body |= {} if side is None else {"side": side}
            upload = self._connection.post("/uploads/", body, repeatable=True)  # the same files are the same upload
            total = upload.whole("size")
            sent = sum(file.whole("received") for file in upload.many("files"))
            told(Progress("sending", sent, total))
            for file in upload.many("files"):
                for count in send_file(self._connection, file, ready[file.text("split")].path):
                    sent += count
                    told(Progress("sending", sent, total))
        return self._checked(upload.text("id"), told)

    def _checked(self, upload: str, told: Told) -> DataVersion:
        while True:
            now = self._connection.get(f"/uploads/{upload}/", patience=PATIENCE)
            status = now.text("status")
            if status == "ready":
                version = self._connection.get(f"/versions/{now.text('version')}/", patience=PATIENCE)
                return DataVersion.read(version)
            if status == "refused":
                raise EndedBadly(f"the data was refused: {now.text('failure')}")
            told(_progress(status, now.one("progress")))
            self._connection.sleep(EVERY)


def _progress(status: str, progress: Answer) -> Progress:
    known = progress.everything
    done, total = (progress.whole(name) if isinstance(known.get(name), int) else None for name in ("done", "total"))
    return Progress("checking" if status == "checking" else "waiting", done or 0, total)
