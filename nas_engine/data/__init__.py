"""Data of one's own: files that people have, packed into arrays that a training reads. Public; imports neither torch nor numpy."""

from nas_engine.data.index import Failed, Index
from nas_engine.data.limits import Limits
from nas_engine.data.packed import Packed
from nas_engine.data.packing import Report, pack
from nas_engine.data.shelf import Shelf, shelf

__all__ = ["Failed", "Index", "Limits", "Packed", "Report", "Shelf", "pack", "shelf"]
