"""The weight bank: what AutoSpace's cells have learned, by layer group and cell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

    from nas_engine.supernets import ChainSupernet

Entry = dict[str, "Tensor"]  # '<place>.<path in the block>' -> tensor, over all places of the group


class WeightBank:
    """Holds population, slots and reference, no more: `keep` drops the rest. Stem and head are shared by all."""

    def __init__(self) -> None:
        self._entries: dict[tuple[str, str], Entry] = {}
        self._shared: Entry = {}

    def fill(self, network: ChainSupernet, groups: Sequence[str], parents: Mapping[tuple[str, str], str]) -> None:
        """Give a fresh network what is known: a cell's own weights, else its parent's unchanged edges (same name and shape)."""
        own = network.state_dict()
        known = {name: tensor for name, tensor in self._shared.items() if name in own}
        for place, group in enumerate(groups):
            for label in network.place(place).labels:
                entry = self._entries.get((group, label)) or self._entries.get(
                    (group, parents.get((group, label), "")), {}
                )
                known |= {
                    f"block_{place}.{label}.{name.partition('.')[2]}": tensor
                    for name, tensor in entry.items()
                    if name.startswith(f"{place}.")
                }
        fitting = {name: t for name, t in known.items() if name in own and own[name].shape == t.shape}
        network.load_state_dict(own | fitting)

    def take(self, network: ChainSupernet, groups: Sequence[str]) -> None:
        """Remember what a generation's network has learned."""
        learned = {name: tensor.clone() for name, tensor in network.state_dict().items()}
        self._shared = {name: tensor for name, tensor in learned.items() if not name.startswith("block_")}
        for place, group in enumerate(groups):
            for label in network.place(place).labels:
                prefix = f"block_{place}.{label}."
                entry = self._entries.setdefault((group, label), {})
                entry |= {
                    f"{place}.{name.removeprefix(prefix)}": tensor
                    for name, tensor in learned.items()
                    if name.startswith(prefix)
                }

    def keep(self, wanted: Iterable[tuple[str, str]]) -> None:
        """Drop every cell but these (group, label)."""
        wanted = set(wanted)
        self._entries = {key: entry for key, entry in self._entries.items() if key in wanted}

    def supernet(self, groups: Sequence[str], options: Mapping[str, Sequence[str]]) -> Entry:
        """The tensors of a chain supernet whose groups offer these cells, by its own names."""
        tensors = dict(self._shared)
        for place, group in enumerate(groups):
            for label in options[group]:
                for name, tensor in self._entries.get((group, label), {}).items():
                    if name.startswith(f"{place}."):
                        tensors[f"block_{place}.{label}.{name.partition('.')[2]}"] = tensor
        return tensors

    def tensors(self) -> Entry:
        """Everything, for a checkpoint."""
        banked = {
            f"bank|{group}|{label}|{name}": tensor
            for (group, label), entry in self._entries.items()
            for name, tensor in entry.items()
        }
        return banked | {f"shared|{name}": tensor for name, tensor in self._shared.items()}

    def load(self, tensors: Mapping[str, Tensor]) -> None:
        """Give back what `tensors` took."""
        self._entries, self._shared = {}, {}
        for key, tensor in tensors.items():
            head, _, rest = key.partition("|")
            if head == "bank":
                group, label, name = rest.split("|", 2)
                self._entries.setdefault((group, label), {})[name] = tensor
            elif head == "shared":
                self._shared[rest] = tensor
