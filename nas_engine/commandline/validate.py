"""`validate`: is the recipe right, and is its budget feasible?"""

from __future__ import annotations

import argparse

from nas_engine.commandline.files import read_recipe
from nas_engine.preview import preview


def command(chosen: argparse.Namespace) -> int:
    """Raises InvalidRecipe, Incompatible or Infeasible."""
    plan = read_recipe(chosen.recipe)
    found = preview(plan)
    found.feasibility.refuse()
    least, largest = found.feasibility.least, found.feasibility.largest
    print(f"{plan.name}: {' -> '.join(stage.name for stage in plan.pipeline)}")
    print(f"  space: {found.size:,} networks")
    print(f"  {least.params:,} to {largest.params:,} params, {least.madds:,} to {largest.madds:,} MAdds")
    print(f"  reference: {found.reference.params:,} params, {found.reference.madds:,} MAdds")
    print(f"  {found.feasibility.verdict}: {found.feasibility.text}")
    return 0
