"""Arguments in, exit code out.

0 done; 1 the server refused, or a file cannot be read or written; 2 wrong usage; 3 not logged in, or not allowed;
4 nobody answers; 5 the run or the data that was waited for came to no good end; 130 interrupted.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from spacewright import __version__
from spacewright.commandline import arch, data, login, study
from spacewright.commandline.output import Output
from spacewright.errors import SpacewrightError

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse, call the command, turn its errors into one sentence on standard error."""
    chosen = parser().parse_args(arguments)
    command: Callable[[argparse.Namespace, Output], int] = chosen.command
    try:
        return command(chosen, Output(json=chosen.json))
    except SpacewrightError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.code
    except KeyboardInterrupt:
        print("interrupted; the studio goes on", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader of a pipe went away; what is left to write goes nowhere
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def parser() -> argparse.ArgumentParser:
    """Every command with its arguments."""
    made = argparse.ArgumentParser(
        prog="spacewright",
        description="Submit, follow and take away searches of a Spacewright studio.",
        epilog="SPACEWRIGHT_URL and SPACEWRIGHT_TOKEN stand in for the login.",
    )
    made.add_argument("--version", action="version", version=__version__)
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--json", action="store_true", help="JSON on standard output, for programs")
    nouns = made.add_subparsers(title="commands", required=True, metavar="COMMAND")

    one = nouns.add_parser("login", parents=[shared], help="keep a studio's address and a token")
    one.add_argument("url", nargs="?", default="", help="of the studio (default: SPACEWRIGHT_URL, else this machine's)")
    one.set_defaults(command=login.command)
    _data(nouns.add_parser("data", help="data sets: add, list"), shared)
    _study(nouns.add_parser("study", help="studies: create, list, show, watch, ask, export"), shared)
    _arch(nouns.add_parser("arch", help="networks: show, pull"), shared)
    return made


def _data(noun: argparse.ArgumentParser, shared: argparse.ArgumentParser) -> None:
    verbs = noun.add_subparsers(required=True, metavar="VERB")
    one = verbs.add_parser("add", parents=[shared], help="upload images, go on with what broke off, wait for the check")
    one.add_argument("name", help="of the data; one that the team has gets a new version")
    one.add_argument("path", type=Path, help="an archive, an IDX or NPZ file, or a folder")
    one.add_argument("--test", type=Path, metavar="PATH", help="the test split, as a second file or folder")
    one.add_argument("--side", type=int, metavar="PIXELS", help="resize each image to so many pixels a side")
    one.add_argument("--team", default="", help="name or id (default: your only one)")
    one.set_defaults(command=data.add)
    one = verbs.add_parser("list", parents=[shared], help="what is built in and what your teams have")
    one.add_argument("--limit", type=_count, default=100, metavar="N", help="at most so many (default: 100)")
    one.set_defaults(command=data.listed)


def _study(noun: argparse.ArgumentParser, shared: argparse.ArgumentParser) -> None:
    verbs = noun.add_subparsers(required=True, metavar="VERB")
    one = verbs.add_parser("create", parents=[shared], help="submit a recipe, a template or a bundle")
    source = one.add_mutually_exclusive_group(required=True)
    source.add_argument("recipe", nargs="?", type=Path, help="a recipe's JSON file")
    source.add_argument("--template", default="", metavar="NAME", help="one that the studio offers, such as tiny")
    source.add_argument("--bundle", type=Path, metavar="FILE", help="NAME.bundle.zip of this or another studio")
    one.add_argument("--name", default="", help="of the study (default: the recipe's)")
    one.add_argument("--team", default="", help="name or id (default: your only one)")
    one.add_argument(
        "--slots", type=_count, default=1, metavar="N", help="work at once; 1 is exactly repeatable (default: 1)"
    )
    one.add_argument(
        "--key", default="", help="an idempotency key: with the same one, the same study (default: a new one)"
    )
    one.add_argument("--no-start", action="store_true", help="begin no run yet")
    one.add_argument("--watch", action="store_true", help="then follow it to its end")
    one.set_defaults(command=study.create)

    one = verbs.add_parser("list", parents=[shared], help="the newest studies of your teams")
    one.add_argument("--limit", type=_count, default=20, metavar="N", help="at most so many (default: 20)")
    one.set_defaults(command=study.listed)

    one = _of_study(verbs, shared, "show", "how a study is")
    one.set_defaults(command=study.show)
    one = _of_study(verbs, shared, "watch", "follow its newest run to its end")
    one.add_argument("--since", type=_whole, default=0, metavar="N", help="only facts after this number")
    one.set_defaults(command=study.watch)
    for name, text in (
        ("pause", "begin nothing new in its runs"),
        ("resume", "go on with its paused runs"),
        ("finish", "conclude its runs with what they have, retrain, export"),
        ("cancel", "end its runs; what was found stays"),
    ):
        one = _of_study(verbs, shared, name, text)
        one.set_defaults(command=study.ask, ask=name)
    one = _of_study(verbs, shared, "export", "take away the winner's files, or everything as a bundle")
    one.add_argument("--to", type=Path, metavar="FOLDER", help="where the winner's files go")
    one.add_argument(
        "--bundle", type=Path, metavar="FILE", help="write NAME.bundle.zip, from which the run can be made again"
    )
    one.set_defaults(command=study.export)


def _arch(noun: argparse.ArgumentParser, shared: argparse.ArgumentParser) -> None:
    verbs = noun.add_subparsers(required=True, metavar="VERB")
    one = _of_study(verbs, shared, "show", "a network layer by layer")
    one.add_argument("key", help="of the network")
    one.set_defaults(command=arch.show)
    one = _of_study(verbs, shared, "pull", "bring the winner, the best so far, or one network's document")
    one.add_argument("key", nargs="?", help="of a network: its document alone")
    one.add_argument("--to", type=Path, default=Path(), metavar="FOLDER", help="where it goes (default: here)")
    one.set_defaults(command=arch.pull)


def _of_study(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser], shared: argparse.ArgumentParser, name: str, text: str
) -> argparse.ArgumentParser:
    one = verbs.add_parser(name, parents=[shared], help=text)
    one.add_argument("study", help="id, the beginning of one, or name")
    return one


def _count(text: str) -> int:
    return _at_least(text, 1)


def _whole(text: str) -> int:
    return _at_least(text, 0)


def _at_least(text: str, least: int) -> int:
    if not text.isdecimal() or int(text) < least:
        raise argparse.ArgumentTypeError(f"got {text!r}, wanted a whole number from {least}")
    return int(text)
