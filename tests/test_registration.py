"""Adding a component touches four places: its file, its package's list, its test, the changelog. Nothing else knows its name."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from nas_engine.catalog import FAMILIES

ROOT = Path(__file__).resolve().parent.parent
ENGINE = ROOT / "nas_engine"


@dataclass(frozen=True)
class Family:
    """A package of components; the module that lists them, and the name of the list."""

    package: str
    singular: str
    listed: str
    registry: str

    @property
    def list_file(self) -> Path:
        return ENGINE / self.package / self.listed


LISTS = (
    Family("strategies", "strategy", "__init__.py", "STRATEGIES"),
    Family("operators", "operator", "named.py", "OPERATORS"),
    Family("spaces", "space", "__init__.py", "SPACES"),
    Family("tasks", "task", "__init__.py", "TASKS"),
    Family("augmentations", "augmentation", "__init__.py", "AUGMENTATIONS"),
    Family("estimators", "estimator", "__init__.py", "ESTIMATORS"),
    Family("trainers", "trainer", "__init__.py", "TRAINERS"),
    Family("exporters", "exporter", "__init__.py", "EXPORTERS"),
)
every_family = pytest.mark.parametrize("family", LISTS, ids=lambda family: family.package)


def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def listed(family: Family) -> ast.Tuple:
    """The tuple of classes in a family's list."""
    for node in tree(family.list_file).body:
        target = node.target if isinstance(node, ast.AnnAssign) else None
        if isinstance(target, ast.Name) and target.id == family.registry and node.value is not None:
            return next(inner for inner in ast.walk(node.value) if isinstance(inner, ast.Tuple) and inner.elts)
    raise AssertionError(f"{family.list_file} defines no {family.registry}")


def classes(family: Family) -> list[str]:
    return [element.id for element in listed(family).elts if isinstance(element, ast.Name)]


def homes(family: Family) -> dict[str, list[str]]:
    """For each class that the list's module imports from its package: the modules that it is imported from."""
    found: dict[str, list[str]] = {}
    for node in tree(family.list_file).body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"nas_engine.{family.package}."):
            for name in node.names:
                found.setdefault(name.name, []).append(str(node.module).rpartition(".")[2])
    return found


# ------------------------------------------------------------------------------------------------------------ the lists


@every_family
def test_every_listed_component_is_imported_once_and_listed_once(family: Family) -> None:
    assert sorted(set(classes(family))) == sorted(classes(family))
    for name in classes(family):
        assert len(homes(family)[name]) == 1, name


@every_family
def test_every_component_of_a_package_is_in_its_list(family: Family) -> None:
    """A component is a class with a kind; a space that has no `read` is a view, and never stored."""
    for file in sorted((ENGINE / family.package).glob("*.py")):
        for node in tree(file).body:
            if not isinstance(node, ast.ClassDef):
                continue
            fields = {
                item.target.id
                for item in node.body
                if isinstance(item, ast.AnnAssign) and item.value and isinstance(item.target, ast.Name)
            }
            methods = {item.name for item in node.body if isinstance(item, ast.FunctionDef)}
            choice = family.package == "spaces" and "read" not in methods
            if "kind" in fields and not choice:
                assert node.name in classes(family), f"{file.name}: {node.name} is not in {family.registry}"


@every_family
def test_every_component_has_a_test_of_its_modules_name(family: Family) -> None:
    for name in classes(family):
        test = f"tests/engine/{family.package}/test_{homes(family)[name][0]}.py"
        assert (ROOT / test).is_file(), f"{name} has no {test}"


@every_family
def test_every_component_is_in_the_catalog(family: Family) -> None:
    if family.package == "spaces":
        return  # the catalog shows what a recipe may name: descriptions of spaces
    assert sorted(kind.__name__ for kind in FAMILIES[family.package].values()) == sorted(classes(family))


# ------------------------------------------------------------------------------------------------- the contributors' guide


@every_family
def test_the_guide_names_four_places_that_exist(family: Family) -> None:
    guide = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    article = "an" if family.singular[0] in "aeiou" else "a"
    section = re.search(rf"^### Adding {article} {family.singular}\n(.*?)(?=^##|\Z)", guide, re.MULTILINE | re.DOTALL)
    assert section, f"CONTRIBUTING.md does not say how to add {article} {family.singular}"
    places = re.findall(r"^\d\. `([^`]+)`", section.group(1), re.MULTILINE)
    assert places == [
        f"nas_engine/{family.package}/<name>.py",
        str(family.list_file.relative_to(ROOT)),
        f"tests/engine/{family.package}/test_<name>.py",
        "CHANGELOG.md",
    ]
    for place in places:
        path = ROOT / place
        assert (path.parent if "<name>" in place else path).exists(), place


def test_every_exam_that_the_guide_names_ships() -> None:
    import nas_engine.testing

    guide = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for exam in set(re.findall(r"`(\w+Contract)`", guide)):
        assert hasattr(nas_engine.testing, exam), exam


# ------------------------------------------------------------------------------------- one more of each, in two places only

EXTRA = {
    "strategies": """
from nas_engine.strategies.random_search import RandomSearch
class Extra(RandomSearch):
    kind = "extra"
""",
    "operators": """
from dataclasses import dataclass
from nas_engine.operators.convolution import Convolution
@dataclass(frozen=True)
class Extra(Convolution):
    kind = "extra"
    pattern = "extra(?P<kernel>1|3)"
    @property
    def label(self):
        return f"extra{self.kernel}"
""",
    "spaces": """
from nas_engine.spaces.chain import ChainSpace
class Extra(ChainSpace):
    kind = "extra"
""",
    "tasks": """
from nas_engine.tasks.image_classification import ImageClassification
class Extra(ImageClassification):
    kind = "extra"
""",
    "augmentations": """
from nas_engine.augmentations.flip_crop import FlipCrop
class Extra(FlipCrop):
    kind = "extra"
""",
    "estimators": """
from nas_engine.estimators.from_scratch import FromScratch
class Extra(FromScratch):
    kind = "extra"
""",
    "trainers": """
from nas_engine.trainers.uniform_paths import UniformPaths
class Extra(UniformPaths):
    kind = "extra"
""",
    "exporters": """
from nas_engine.exporters.base import Exporter
class Extra(Exporter):
    "Hello."
    kind = "extra"
    def files(self, network):
        return {"extra.txt": network.architecture.genes[0].encode()}
""",
}
RECIPE = {
    "version": 1,
    "name": "extra",
    "task": {"kind": "extra", "augmentation": {"kind": "extra"}},
    "space": {"kind": "chain", "skeleton": "tiny", "operators": ["extra3"]},
    "pipeline": [
        {"kind": "train", "trainer": {"kind": "extra", "batches": 1}},
        {"kind": "search", "strategy": {"kind": "extra", "draws": 1}, "estimator": {"kind": "extra", "epochs": 1}},
        {"kind": "retrain", "trainer": {"epochs": 1}, "seeds": 1},
        {"kind": "export", "exporters": ["extra"]},
    ],
}
PROGRAM = """
import json, sys
from nas_engine.catalog import catalog
from nas_engine.commandline import main
from nas_engine.spaces import ChainSpace, chain, skeleton_named, space
missing = [family for family, kinds in catalog().items() if "extra" not in kinds and family not in ("spaces", "stages", "primitives")]
assert not missing, missing
held = chain(skeleton_named("tiny"), ("extra1", "extra3")).plain() | {"kind": "extra"}
assert type(space(held)).__name__ == "Extra"
sys.exit(main(["run", "recipe.json", "--out", "out"]))
"""


def register(family: Family, copy: Path) -> None:
    """The edit that the guide asks for in the second place: an import, and an entry in the list."""
    file = copy / family.list_file.relative_to(ROOT)
    lines, first = file.read_text(encoding="utf-8").splitlines(), listed(family).elts[0]
    row, column = first.lineno - 1, first.col_offset
    lines[row] = f"{lines[row][:column]}Extra, {lines[row][column:]}"
    imports = next(number for number, line in enumerate(lines) if line.startswith("from nas_engine."))
    lines.insert(imports, f"from nas_engine.{family.package}.extra import Extra")
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_one_more_component_of_each_family_works_after_edits_in_two_places_of_the_engine(tmp_path: Path) -> None:
    shutil.copytree(ENGINE, tmp_path / "nas_engine", ignore=shutil.ignore_patterns("__pycache__"))
    for family in LISTS:
        (tmp_path / "nas_engine" / family.package / "extra.py").write_text(EXTRA[family.package], encoding="utf-8")
        register(family, tmp_path)
    (tmp_path / "recipe.json").write_text(json.dumps(RECIPE), encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "out" / "export" / "extra.txt").read_text(encoding="utf-8") == "extra3"
