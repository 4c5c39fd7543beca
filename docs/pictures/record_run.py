"""Runs examples/tiny.json and writes what the terminal shows as docs/pictures/run.svg.

python docs/pictures/record_run.py
"""

from __future__ import annotations

import io
import re
import tempfile
from contextlib import chdir
from pathlib import Path
from unittest.mock import patch

from rich.console import Console

from nas_engine.commandline import main, run

HERE = Path(__file__).resolve().parent
RECIPE, OUT = HERE.parent.parent / "examples" / "tiny.json", "var/tiny"


def recorded() -> str:
    """The SVG text of one real run. Its fonts are the reader's own: a picture asks nothing of the network."""
    console = Console(record=True, width=104, file=io.StringIO(), highlight=False)
    console.print(f"[bold]$ python -m nas_engine run examples/{RECIPE.name} --out {OUT}[/bold]", soft_wrap=True)
    with patch.object(run, "Console", lambda **_: console), tempfile.TemporaryDirectory() as folder, chdir(folder):
        main(["run", str(RECIPE), "--out", OUT])
    svg = console.export_svg(title="Spacewright", unique_id="run")
    svg = svg.replace("font-size: 20px", "font-size: 21px")  # in most fonts the lines of a table meet only so
    return re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)


if __name__ == "__main__":
    (HERE / "run.svg").write_text(recorded(), encoding="utf-8")
