"""The card is drawn of a snapshot, holds no script, and follows the run where IPython is."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest

from client.tests.conftest import RUN, STUDY, Studio, ok, snapshot, study
from spacewright import Client, Study, notebook
from spacewright.answers import Answer
from spacewright.card import card
from spacewright.snapshot import Snapshot

BEST = {"key": "abc", "stage": 1, "score": 0.75, "params": 1234, "madds": 5678}
GROWN = {
    "best": BEST,
    "searches": [{"stage": 1, "curve": [[3, 0.25], [4, 0.5], [9, 0.75]]}],
    "counts": {"scored": 12, "failed": {}},
}


def drawn(**more: Any) -> str:
    return card(Snapshot.read(Answer(snapshot(**more), "snapshot")), "https://studio.example/studies/1/")


def text_of(html: str) -> str:
    return " ".join("".join(ElementTree.fromstring(html).itertext()).split())


def test_the_card_says_how_the_run_is() -> None:
    gauge = {"work": "1-search", "doing": "scoring", "done": 3, "total": 9}
    said = text_of(drawn(**GROWN, gauges=[gauge]))
    for part in ("first", "running", "evolve", "1-search: scoring", "3 of 9", "12 scored", "best 0.7500, 1,234 params"):
        assert part in said


def test_the_curve_rises_from_left_to_right() -> None:
    path = ElementTree.fromstring(drawn(**GROWN)).find(".//path")
    assert path is not None
    assert path.attrib["d"] == "M6.0 66.0H160.0V36.0H314.0V6.0"
    assert "<svg" not in drawn()


@pytest.mark.parametrize("place", ["name", "reason", "shown"])
def test_what_people_wrote_cannot_become_html(place: str) -> None:
    made = drawn(**{place: '<script>alert("x")</script>'})
    assert "<script" not in made
    assert "&lt;script&gt;alert(&quot;x&quot;)" in made


def test_a_winner_and_a_reason_are_said() -> None:
    said = text_of(drawn(comparison={"verdict": "better"}, shown="failed", reason="the disk is full"))
    assert "winner against reference: better" in said
    assert "the disk is full" in said


# -------------------------------------------------------------------------------------------------- in a notebook


class Handle:
    """What IPython gives for a display that can be changed."""

    def __init__(self) -> None:
        self.shown: list[str] = []

    def update(self, bundle: dict[str, str], *, raw: bool) -> None:
        assert raw
        self.shown.append(bundle["text/html"])


@pytest.fixture
def handle(monkeypatch: pytest.MonkeyPatch) -> Handle:
    """A stand-in for IPython."""
    made = Handle()

    def display(bundle: dict[str, str], *, raw: bool, display_id: bool) -> Handle:
        assert raw
        assert display_id
        made.shown.append(bundle["text/html"])
        return made

    package, module = ModuleType("IPython"), ModuleType("IPython.display")
    vars(module).update(display=display)
    monkeypatch.setitem(sys.modules, "IPython", package)
    monkeypatch.setitem(sys.modules, "IPython.display", module)
    return made


@pytest.fixture
def first(client: Client, studio: Studio) -> Study:
    studio.says(f"GET /studies/{STUDY}/", ok(study()))
    studio.says(f"GET /runs/{RUN}/snapshot/", ok(snapshot()))
    return client.studies.get(STUDY)


def test_a_study_is_a_card_and_plain_text(first: Study) -> None:
    bundle = first._repr_mimebundle_()
    assert bundle["text/html"] == first._repr_html_()
    assert bundle["text/plain"].startswith("Study(id=")
    assert "connection" not in bundle["text/plain"]


def test_where_ipython_is_the_card_follows_the_run_to_its_end(first: Study, studio: Studio, handle: Handle) -> None:
    studio.says(
        f"GET /runs/{RUN}/snapshot/",
        ok(snapshot()),
        ok(snapshot()),
        httpx.ConnectError("refused"),
        *[httpx.ConnectError("refused")] * 12,
        ok(snapshot(**GROWN)),
        ok(snapshot(shown="finished")),
    )
    thread = notebook.display(first)
    assert thread is not None
    thread.join(30)
    assert not thread.is_alive()
    words = [text_of(html) for html in handle.shown]
    assert len(words) == 4  # what did not change is not drawn again
    assert [word.startswith("first running") for word in words] == [True, False, True, False]
    assert "nobody answers" in words[1]
    assert "finished" in words[-1]


def test_a_run_that_is_over_starts_no_thread(first: Study, studio: Studio, handle: Handle) -> None:
    studio.says(f"GET /runs/{RUN}/snapshot/", ok(snapshot(shown="cancelled")))
    assert notebook.display(first) is None
    assert len(handle.shown) == 1


def test_a_study_without_a_run_has_a_card_too(first: Study) -> None:
    first.runs = ()
    assert "no run yet" in first._repr_html_()
