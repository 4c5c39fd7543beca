"""Arguments in, exit code out.

0 done, 1 an error that the user can mend, 2 wrong usage, 3 infeasible, 4 reproduced and not equal, 130 interrupted.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from nas_engine import __version__
from nas_engine.commandline import bundle, catalog, convert, count, export, reproduce, run, validate
from nas_engine.errors import Cancelled, Infeasible, NasError

DONE, WRONG, INFEASIBLE, INTERRUPTED = 0, 1, 3, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse, call the command, turn its errors into one sentence on standard error."""
    chosen = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = chosen.command
    try:
        return command(chosen)
    except Cancelled as error:
        print(f"{error}; the same command goes on from there", file=sys.stderr)
        return INTERRUPTED
    except Infeasible as error:
        print(f"infeasible: {error}", file=sys.stderr)
        return INFEASIBLE
    except NasError as error:
        print(f"error: {error}", file=sys.stderr)
        return WRONG
    except BrokenPipeError:  # the reader of a pipe went away
        sys.stderr.close()
        return WRONG


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m nas_engine", description="Search networks, and the space that they are searched in."
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    one = commands.add_parser("run", help="run a recipe or a bundle's, or go on with one that was interrupted")
    one.add_argument("recipe", type=Path, help="a recipe's JSON file, or a bundle")
    _runs(one)
    one.add_argument("--finish", action="store_true", help="conclude the search with what there is, retrain, export")
    one.set_defaults(command=run.command)

    one = commands.add_parser("reproduce", help="run a bundle's recipe again, and compare with what the bundle tells")
    one.add_argument("bundle", type=Path, metavar="FILE", help="NAME.bundle.zip, of a studio or of `bundle`")
    _runs(one)
    one.set_defaults(command=reproduce.command, finish=False)

    one = commands.add_parser("bundle", help="write a run as one file, from which it can be made again elsewhere")
    one.add_argument("run", type=Path, metavar="DIR", help="the folder that a run was made in")
    one.add_argument("--to", type=Path, required=True, metavar="FILE", help="NAME.bundle.zip")
    one.set_defaults(command=bundle.command)

    one = commands.add_parser("validate", help="check a recipe, and what of its space is within the budget")
    one.add_argument("recipe", type=Path, help="a recipe's JSON file")
    one.set_defaults(command=validate.command)

    one = commands.add_parser("count", help="params and MAdds of a network, layer by layer")
    one.add_argument("architecture", type=Path, help="an architecture's JSON file")
    one.add_argument("--skeleton", metavar="NAME", help="build on this built-in skeleton instead of the file's")
    one.add_argument("--json", action="store_true", help="one JSON object in the last line, instead of a table")
    one.set_defaults(command=count.command)

    one = commands.add_parser("export", help="write the winner of a run once more, with other exporters if you like")
    one.add_argument("run", type=Path, metavar="DIR", help="the folder that a run was made in")
    one.add_argument("--to", type=Path, required=True, metavar="FOLDER", help="where the files go")
    one.add_argument("--exporter", action="append", metavar="KIND", help="which to use (default: all); may be repeated")
    one.set_defaults(command=export.command)

    one = commands.add_parser("convert", help="a space or network to and from the JSON of AutoSpace's authors")
    one.add_argument("file", type=Path, help="a space's or an architecture's JSON file, in our form or theirs")
    one.add_argument("--out", type=Path, metavar="FILE", help="where the other form goes (default: standard output)")
    one.add_argument("--skeleton", metavar="NAME", help="built-in skeleton of a space of theirs (default: mobile)")
    one.add_argument(
        "--expansion",
        type=int,
        choices=range(1, 13),
        default=6,
        metavar="N",
        help="inner width of its cells, which theirs leaves out, 1 to 12 (default: 6)",
    )
    one.add_argument("--side", type=int, default=224, metavar="N", help="pixels of a network's image (default: 224)")
    one.set_defaults(command=convert.command)

    one = commands.add_parser("catalog", help="every component with its fields, ranges and help")
    one.add_argument("--json", action="store_true", help="the whole catalog as JSON schema")
    one.set_defaults(command=catalog.command)
    return parser


def _runs(one: argparse.ArgumentParser) -> None:
    """What every command that runs takes."""
    one.add_argument("--out", type=Path, required=True, metavar="DIR", help="where journal, files and export go")
    one.add_argument("--device", default="cpu", help="torch device (default: cpu)")
    one.add_argument("--threads", type=int, default=1, help="torch threads; results are exact for one (default: 1)")
