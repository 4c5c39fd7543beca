"""JSON files that a user names."""

from __future__ import annotations

import json
from pathlib import Path

from rich.console import Console

from nas_engine.bundle import data_of, data_words, is_bundle, opened, tables_of
from nas_engine.data import shelf
from nas_engine.data.files import settled
from nas_engine.errors import BadData, Incompatible, NasError
from nas_engine.recipe import Recipe, recipe


class UnreadableFile(NasError, ValueError):
    """A file that is missing, or is not JSON."""


def read_json(path: Path) -> object:
    """Raises UnreadableFile, naming file, line and column."""
    try:
        value: object = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UnreadableFile(f"cannot read {path}: {error.strerror}") from error
    except json.JSONDecodeError as error:
        raise UnreadableFile(f"{path} is not JSON: {error.msg} at line {error.lineno}, column {error.colno}") from error
    except UnicodeDecodeError as error:
        raise UnreadableFile(f"{path} is not text in UTF-8") from error
    return value


def read_recipe(path: Path) -> Recipe:
    """The recipe in a file, which may be a bundle. Data that it names by path are packed first, where that has not been done,
    and it is said. Raises BadData and Incompatible where a bundle needs what is not here.
    """
    if is_bundle(path):
        with opened(path) as bundle:
            refuse_missing(bundle.plan)
            return bundle.plan
    value, report = settled(read_json(path), shelf())
    if report is not None:
        index, console = report.index, Console(stderr=True, highlight=False)
        held = ", ".join(f"{count:,} {split}" for split, count in index.images.items())
        console.print(
            f"packed {index.name}: {held} images of {len(index.classes)} classes", soft_wrap=True, markup=False
        )
        for remark in report.remarks:
            console.print(f"  {remark}", soft_wrap=True, markup=False)
    return recipe(value)


def refuse_missing(plan: Recipe) -> None:
    """Raises BadData for data and Incompatible for a table that a recipe from elsewhere names and this machine does not have."""
    data = data_of(plan)
    if data is not None and not shelf().place(data.sha256).is_dir():
        raise BadData(
            f"{data_words(data)} are not on this machine, in {shelf().folder};"
            " pack the same files there with a recipe that names them by path, or set DATA_DIR to the folder that holds them"
        )
    for field, path in tables_of(plan):
        if not Path(path).is_file():
            raise Incompatible(
                f"{field}: the table {path} is not on this machine; a bundle does not hold tables: put the same file there"
            )
