"""Bundles: a run told whole in one zip file, from which it is made again elsewhere and held against what came out there."""

from nas_engine.bundle.comparing import Compared, Difference, Finds, compared, refuse_incomparable, surroundings
from nas_engine.bundle.format import ENDING, Recorded, Surroundings, Written
from nas_engine.bundle.limits import Limits
from nas_engine.bundle.needs import data_of, data_words, tables_of
from nas_engine.bundle.reading import BadBundle, Bundle, is_bundle, opened
from nas_engine.bundle.report import report
from nas_engine.bundle.writing import blocks, file_name

__all__ = [
    "ENDING",
    "BadBundle",
    "Bundle",
    "Compared",
    "Difference",
    "Finds",
    "Limits",
    "Recorded",
    "Surroundings",
    "Written",
    "blocks",
    "compared",
    "data_of",
    "data_words",
    "file_name",
    "is_bundle",
    "opened",
    "refuse_incomparable",
    "report",
    "surroundings",
    "tables_of",
]
