"""A study as a card in a notebook. Where IPython is, the card follows the run until it is over; it is asked for nowhere else."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from spacewright.card import card, empty_card
from spacewright.errors import SpacewrightError, Unreachable

if TYPE_CHECKING:
    from spacewright.studies import Study

EVERY = 2.0  # seconds between two looks


def html(study: Study) -> str:
    """The card as it is now; a sentence in its place where the server cannot be asked."""
    return _drawn(study)[0]


def shown(study: Study) -> dict[str, str]:
    """The card, and the plain text for where no card can be shown."""
    return {"text/html": html(study), "text/plain": repr(study)}


def display(study: Study, every: float = EVERY) -> threading.Thread | None:
    """Show the card and keep it up to date from a thread that ends with the run; None where it is over already."""
    from IPython.display import display as show

    drawn, over = _drawn(study)
    handle: Any = show({"text/html": drawn, "text/plain": repr(study)}, raw=True, display_id=True)
    if over or handle is None:
        return None
    thread = threading.Thread(target=_keep, args=(study, handle, every, drawn), name=f"card of {study.id}", daemon=True)
    thread.start()
    return thread


def _keep(study: Study, handle: Any, every: float, before: str) -> None:
    over = False
    while not over:
        study.connection.sleep(every)
        drawn, over = _drawn(study)
        if drawn != before:
            handle.update({"text/html": drawn, "text/plain": repr(study)}, raw=True)
        before = drawn


def _drawn(study: Study) -> tuple[str, bool]:
    """The card, and whether it will stay so."""
    if not study.runs:
        return empty_card(study.name, study.url, "no run yet"), True
    try:
        snapshot = study.snapshot()
    except Unreachable as error:  # it may come back
        return empty_card(study.name, study.url, str(error)), False
    except SpacewrightError as error:
        return empty_card(study.name, study.url, str(error)), True
    return card(snapshot, study.url), snapshot.over
