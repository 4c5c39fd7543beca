"""`count`: what a network costs, layer by layer, analytic and checked against the built network."""

from __future__ import annotations

import argparse
import json

from rich.console import Console
from rich.table import Table

from nas_engine.commandline.files import read_json
from nas_engine.errors import StateMismatch
from nas_engine.preview import layer_table, read_document


def command(chosen: argparse.Namespace) -> int:
    """Raises StateMismatch should the two counts ever differ."""
    space, architecture, shape = read_document(read_json(chosen.architecture), chosen.skeleton)
    rows, cost = layer_table(space, architecture, shape), space.cost(architecture, shape)
    from nas_engine.graph.counter import count

    built = count(space.build(architecture, shape), shape.input)
    if built != cost:
        raise StateMismatch(f"the analytic count is {cost}, the built network's {built}; please report this mistake")
    if chosen.json:
        print(
            json.dumps({"key": architecture.key, "params": cost.params, "madds": cost.madds, "input": str(shape.input)})
        )
        return 0
    table = Table(title=f"{architecture.key}: {cost.params:,} params, {cost.madds:,} MAdds")
    for heading in ("layer", "kind", "output", "params", "MAdds"):
        table.add_column(heading, justify="right" if heading in ("params", "MAdds") else "left")
    for row in rows:
        if row.cost.params or row.cost.madds:
            table.add_row(row.path, row.layer, str(row.output), f"{row.cost.params:,}", f"{row.cost.madds:,}")
    Console(highlight=False).print(table)
    return 0
