"""The form in which AutoSpace's authors released their learned space (Zhou 2021): cells as matrices, layer by layer.

Facts of the form: an object with a `name` and `blocks`, 11 lists of 9 cells, a cell a 4 x 4 matrix
(`CellGenotype.matrix`). The learned network has 21 searchable blocks, and which of the 11 lists a block chooses from is
not known. OUR CHOICE: one list a layer group of the skeleton, in order, which for `mobile` are 11: the first block and
the other blocks of each of five stages, and the last stage's only block. The form knows no expansion ratio either.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nas_engine.errors import InvalidArchitecture
from nas_engine.operators import AutoSpaceCell, CellGenotype, operator
from nas_engine.spaces.alphabet import Listed
from nas_engine.spaces.chain import ChainSpace
from nas_engine.spaces.skeleton import SKELETONS, Skeleton
from nas_engine.wire import Plain

SPACE_NAME = "SuperProxylessNASNets"
MOST_CELLS = 64  # of a layer: more than a supernet holds cannot be searched as it is
CHAINS = tuple(map(CellGenotype.read, ("5/1,5/1,5 D2 00", "5/1,5/1,2 D2 00", "5/1,2/1,2 D2 00")))  # end every layer


@dataclass(frozen=True)
class ReleasedSpace:
    """A learned space as it is released: the raw cells of each layer, repeated ones and dead mix bits included."""

    layers: tuple[tuple[CellGenotype, ...], ...]

    @classmethod
    def read(cls, value: object) -> ReleasedSpace:
        """Raises InvalidArchitecture, naming layer, cell and gene: 'blocks.3.5' is the sixth cell of the fourth layer."""
        if not isinstance(value, Mapping) or value.get("name") != SPACE_NAME:
            raise InvalidArchitecture(f"released space: wanted a JSON object with the name {SPACE_NAME!r}")
        unknown = sorted(set(value) - {"name", "blocks"})
        if unknown:
            raise InvalidArchitecture(f"released space: field {unknown[0]!r} is not known; wanted name and blocks")
        layers = value.get("blocks")
        if not isinstance(layers, list) or not layers:
            raise InvalidArchitecture("released space: blocks: wanted a list of layers, each a list of cells")
        return cls(tuple(_layer(f"blocks.{number}", cells) for number, cells in enumerate(layers)))

    def plain(self) -> Plain:
        """The released form; `read` of it is equal."""
        return {"name": SPACE_NAME, "blocks": [[cell.matrix() for cell in cells] for cells in self.layers]}

    @classmethod
    def of(cls, space: ChainSpace) -> ReleasedSpace:
        """Of a space of cells at one expansion ratio, which the form leaves out. Raises InvalidArchitecture for any other."""
        if not isinstance(space.skeleton, Skeleton):
            raise InvalidArchitecture("the released form holds chains of cells; this space repeats one cell")
        by_group: dict[str, tuple[str, ...]] = {}
        for group, alphabet in zip(space.skeleton.groups, space.alphabets, strict=True):
            if alphabet.size > MOST_CELLS:
                raise InvalidArchitecture(
                    f"{group}: {alphabet.size:,} options; the released form holds {MOST_CELLS} cells at most,"
                    " so evolve the space first"
                )
            if by_group.setdefault(group, alphabet.labels) != alphabet.labels:
                raise InvalidArchitecture(f"{group}: its blocks have different options; the form has one list for all")
        cells = {group: [_cell(group, label) for label in labels] for group, labels in by_group.items()}
        ratios = sorted({cell.expansion for found in cells.values() for cell in found})
        if len(ratios) > 1:
            told = " and ".join(map(str, ratios))
            raise InvalidArchitecture(f"cells with expansions {told}; the released form leaves the one expansion out")
        return cls(tuple(tuple(cell.genotype for cell in found) for found in cells.values()))

    def space(self, skeleton: Skeleton = SKELETONS["mobile"], expansion: int = 6) -> ChainSpace:
        """The space to search in; a cell that comes twice in a layer, in either raw form, stands once.

        OUR CHOICE: the reference is the cell that every layer ends with, R3 where there is none. Raises
        InvalidArchitecture for a skeleton with another number of layer groups.
        """
        groups = tuple(dict.fromkeys(skeleton.groups))
        if len(groups) != len(self.layers):
            raise InvalidArchitecture(
                f"released space: got {len(self.layers)} layers, wanted {len(groups)}, one a layer group of the skeleton"
                f" ({groups[0]}, ..., {groups[-1]})"
            )
        options = {
            group: Listed(tuple(dict.fromkeys(AutoSpaceCell(cell.canonical, expansion).label for cell in cells)))
            for group, cells in zip(groups, self.layers, strict=True)
        }
        last = {cells[-1].canonical for cells in self.layers}
        reference = AutoSpaceCell(last.pop() if len(last) == 1 else CHAINS[-1], expansion).label
        return ChainSpace(skeleton, tuple(options[group] for group in skeleton.groups), reference)


def _layer(where: str, cells: object) -> tuple[CellGenotype, ...]:
    if not isinstance(cells, list) or not 0 < len(cells) <= MOST_CELLS:
        got = f"{len(cells):,} cells" if isinstance(cells, list) else type(cells).__name__
        raise InvalidArchitecture(f"released space: {where}: got {got}, wanted a list of 1 to {MOST_CELLS} cells")
    return tuple(read_cell(f"released space: {where}.{number}", cell) for number, cell in enumerate(cells))


def read_cell(where: str, matrix: object) -> CellGenotype:
    """A cell from its matrix. Raises InvalidArchitecture that says where it stands."""
    if not isinstance(matrix, list):
        raise InvalidArchitecture(f"{where}: got {type(matrix).__name__}, wanted a 4x4 matrix")
    try:
        return CellGenotype.from_matrix(matrix)
    except InvalidArchitecture as error:
        raise InvalidArchitecture(f"{where}: {error}") from error


def _cell(group: str, label: str) -> AutoSpaceCell:
    found = operator(label)
    if not isinstance(found, AutoSpaceCell):
        raise InvalidArchitecture(f"{group}: operator {label!r}; the released form holds AutoSpace cells only")
    return found
