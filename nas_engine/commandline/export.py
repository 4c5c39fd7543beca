"""`export`: the winner of a run, once more."""

from __future__ import annotations

import argparse

from nas_engine.local import export_again


def command(chosen: argparse.Namespace) -> int:
    """Raises Incompatible for a run without a trained winner."""
    for path in export_again(chosen.run, chosen.to, chosen.exporter):
        print(path)
    return 0
