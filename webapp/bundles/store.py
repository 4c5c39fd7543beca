"""Where the bundles lie that studies were made from: `FILES/bundles/<origin>.bundle.zip`."""

from __future__ import annotations

import logging
import uuid
from pathlib import Path

from django.conf import settings

from nas_engine.bundle import ENDING

FOLDER = "bundles"
log = logging.getLogger(__name__)


def below_files(origin: uuid.UUID) -> Path:
    """Its place below FILES."""
    return Path(FOLDER) / f"{origin}{ENDING}"


def path_of(origin: uuid.UUID) -> Path:
    return Path(settings.FILES) / below_files(origin)


def remove(origin: uuid.UUID) -> None:
    """After: it is not there. What cannot be removed is said in the log."""
    try:
        path_of(origin).unlink(missing_ok=True)
    except OSError as error:
        log.warning("could not remove the bundle of %s: %s", origin, error)
