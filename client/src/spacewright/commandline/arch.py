"""`arch show`, `arch pull`."""

from __future__ import annotations

import argparse

from spacewright.client import Client
from spacewright.commandline.output import Output


def show(chosen: argparse.Namespace, output: Output) -> int:
    with Client() as client:
        found = client.architectures.show(client.studies.find(chosen.study), chosen.key)
    if output.json:
        output.document(found)
        return 0
    score = "" if found.score is None else f", best score {found.score:.4f}"
    output.line(f"{found.key}: {found.cost.params:,} params, {found.cost.madds:,} MAdds{score}")
    names = list(found.layers[0]) if found.layers else []
    output.table(names, [[_cell(layer.get(name)) for name in names] for layer in found.layers], ("params", "madds"))
    return 0


def _cell(value: object) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, dict):  # a shape
        return " x ".join(str(one) for one in value.values())
    return "" if value is None else str(value)


def pull(chosen: argparse.Namespace, output: Output) -> int:
    with Client() as client:
        found = client.architectures.pull(client.studies.find(chosen.study), chosen.to, chosen.key or "")
    if output.json:
        output.document(found)
        return 0
    if found.what == "best so far":
        output.line("nothing is exported yet: this is the best network so far, not retrained, without weights")
    for path in found.paths:
        output.line(str(path))
    return 0
