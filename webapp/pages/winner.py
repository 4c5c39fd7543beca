"""The exported winner of a run, as its page shows it."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from webapp.runs.models import Event, Run
from webapp.runs.selectors.candidates import Download, exports_of

DOCUMENT, SOURCE, CARD, SAMPLES = "architecture.json", "network.py", "MODEL_CARD.md", "samples.json"
MOST = 300_000  # bytes of a file that is shown on the page


@dataclass(frozen=True)
class Sample:
    """A test image: what it is, what the network says, and where it lies in data of one's own (`sha256` "": built in)."""

    name: str
    label: str
    said: str
    probability: float
    sha256: str
    split: str
    position: int

    @property
    def right(self) -> bool:
        return self.label == self.said


@dataclass(frozen=True)
class Winner:
    """What was exported: which network, its files, and how it did against the reference (where it was compared)."""

    key: str
    genes: tuple[str, ...]
    files: tuple[Download, ...]
    verdict: dict[str, Any] | None

    @property
    def samples(self) -> list[Sample]:
        """Some test images with what the network says of them; none where it was not compared."""
        text = self.text(SAMPLES)
        found = json.loads(text) if text else {"samples": [], "data": None}
        data = found["data"]
        sha256 = data["sha256"] if isinstance(data, dict) else ""
        return [
            Sample(
                one["name"], one["class"], one["predicted"], one["probability"], sha256, one["split"], one["position"]
            )
            for one in found["samples"]
        ]

    def text(self, name: str) -> str:
        """The text of an exported file; empty where there is none or it is too long to be shown."""
        return _text(self.files, name)


def winner_of(run: Run) -> Winner | None:
    """The winner; None before the export."""
    files = tuple(exports_of(run))
    if not files:
        return None
    document = _text(files, DOCUMENT)
    key, genes = "", ()
    if document:
        read = json.loads(document)
        key, genes = str(read["key"]), tuple(read["genes"])
    else:  # the recipe did not ask for it; the other files say which network they hold
        said = re.search(r"architecture ([0-9a-f]{16})\.", _text(files, SOURCE))
        said = said or re.search(r"\| Architecture \| `([0-9a-f]{16})` \|", _text(files, CARD))
        key = said[1] if said else ""
    opened = Event.objects.filter(run=run, kind="test opened").order_by("-seq").first()
    return Winner(key, genes, files, None if opened is None else opened.payload)


def _text(files: Sequence[Download], name: str) -> str:
    found = next((file for file in files if file.name == name and file.size <= MOST and file.path.exists()), None)
    return "" if found is None else found.path.read_text(encoding="utf-8", errors="replace")
