"""Standalone PyTorch source: one readable file that imports only torch, and its weights."""

from __future__ import annotations

import ast
import inspect
from dataclasses import dataclass, field
from functools import cache
from keyword import iskeyword
from pathlib import Path
from typing import ClassVar

import nas_engine
from nas_engine.data import pictures
from nas_engine.exporters.base import Exporter, TrainedNetwork
from nas_engine.graph.block import INPUT, Block, Node


class PytorchSource(Exporter):
    """`network.py` and `weights.safetensors`. A class a distinct block, parameter names as in training, a predict function."""

    kind: ClassVar[str] = "pytorch_source"

    def files(self, network: TrainedNetwork) -> dict[str, bytes]:
        from safetensors.torch import save

        weights: bytes = save({name: tensor.cpu().contiguous() for name, tensor in network.tensors.items()})
        return {"network.py": source(network).encode(), "weights.safetensors": weights}


def network_classes(block: Block) -> tuple[str, list[str]]:
    """The class of a network, and the source of all classes that it needs, in order; as text, without torch."""
    writer = _Writer()
    main = writer.write(block, "Network")
    return main, [*writer.layers(), *writer.classes]


def source(network: TrainedNetwork) -> str:
    """The text of `network.py`."""
    main, classes = network_classes(network.block)
    cost, how = network.block.cost, network.preprocessing
    header = _HEADER.format(
        name=_quotable(network.name),
        params=cost.params,
        madds=cost.madds,
        data=_quotable(network.data),
        key=network.architecture.key,
        validation=network.validation,
    )
    constants = "\n".join(
        [
            f"CLASSES = {list(how.classes)!r}",
            f"CHANNELS, HEIGHT, WIDTH = {network.shape.channels}, {how.height}, {how.width}",
            f"MEAN = {list(how.mean)!r}  # of a channel, in the units of the raw pixels",
            f"DEVIATION = {list(how.deviation)!r}",
            f"KEPT = {how.kept or (how.height, how.width)!r}  # height and width that an image file is brought to first",
            f"HIGHEST = {how.highest!r}  # raw pixel that the 255 of a file stands for",
        ]
    )
    reading = [inspect.getsource(part).rstrip() for part in (pictures.upright, pictures.resized)]
    return "\n\n\n".join([header + "\n\n" + constants, *classes, *reading, _FOOTER.replace("MAIN", main)])


def _quotable(text: str) -> str:
    """Text of a user that can stand in a docstring."""
    return text.replace('"', "'").replace("\\", "/")


@dataclass
class _Writer:
    """Writes each distinct block once, innermost first."""

    classes: list[str] = field(default_factory=list)
    _names: dict[tuple[object, ...], str] = field(default_factory=dict)
    _count: dict[str, int] = field(default_factory=dict)
    _used: set[str] = field(default_factory=set)

    def write(self, block: Block, name: str) -> str:
        """Make sure that a class for the block exists; returns its name."""
        children = {node.name: self._constructor(block, node) for node in block.nodes}
        known = (block.result, *((node.name, node.inputs, children[node.name]) for node in block.nodes))
        if known in self._names:
            return self._names[known]
        self._count[name] = self._count.get(name, 0) + 1
        part = "_" if name[-1].isdigit() else ""  # or a second '...E1' would be called as a first '...E12' is
        title = self._names[known] = name if self._count[name] == 1 else f"{name}{part}{self._count[name]}"
        shape_in, shape_out = block.input, block.output
        lines = [
            f'    """{block.title}: {shape_in} -> {shape_out}, {block.cost.params:,} params, {block.cost.madds:,} MAdds."""',
            "",
        ]
        if children:
            lines += ["    def __init__(self) -> None:", "        super().__init__()"]
            lines += [f"        self.{child} = {text}" for child, text in children.items()]
            lines += [""]
        lines += ["    def forward(self, x: Tensor) -> Tensor:", *self._forward(block)]
        self.classes.append("\n".join([f"class {title}(nn.Module):", *lines]))
        return title

    def _constructor(self, block: Block, node: Node) -> str:
        if isinstance(node.body, Block):
            return f"{self.write(node.body, _class_name(node.body.title))}()"
        call = node.body.call(*block.inputs_of(node))
        if call.name not in own_layers():
            return call.source("nn.")
        self._used.add(call.name)
        return call.source()

    def layers(self) -> list[str]:
        """Source of the layers that torch.nn does not have, copied from where training used them."""
        return [own_layers()[name] for name in sorted(self._used)]

    def _forward(self, block: Block) -> list[str]:
        """Straight-line code; a value that only the next step uses is handed on in one variable."""
        lines, names = [], {INPUT: "x"}
        for position, node in enumerate(block.nodes):
            later = {name for other in block.nodes[position + 1 :] for name in other.inputs} | {block.result}
            arguments = ", ".join(names[name] for name in node.inputs)
            keeps = any(names[name] == "x" and name in later for name in names)
            names[node.name] = node.name if keeps else "x"
            lines.append(f"        {names[node.name]} = self.{node.name}({arguments})")
        return [*lines, f"        return {names[block.result]}"]


@cache
def own_layers() -> dict[str, str]:
    """Class name -> source of the layers that torch.nn does not have. Read, not imported: that would take torch."""
    text = (Path(nas_engine.__file__).parent / "graph" / "torch_layers.py").read_text(encoding="utf-8")
    classes = [node for node in ast.parse(text).body if isinstance(node, ast.ClassDef)]
    return {node.name: str(ast.get_source_segment(text, node)) for node in classes}


def _class_name(title: str) -> str:
    """'inverted residual mb3_e6' -> 'InvertedResidualMb3E6'; an AutoSpace cell is a 'Cell', 'none' a 'BlockNone'."""
    for start, name in (("AutoSpace cell", "Cell"), ("declared [", "Declared")):
        if title.startswith(start):
            return name
    words = "".join(c if c.isalnum() else " " for c in title).split()
    name = "".join(word[0].upper() + word[1:] for word in words)
    return name if name.isidentifier() and not iskeyword(name) else f"Block{name}"


_HEADER = '''"""{name}: a network found by Spacewright. Needs nothing but PyTorch.

{params:,} parameters, {madds:,} multiply-adds an image; trained on {data}, validation accuracy {validation:.4f}; architecture {key}.

    from network import load, predict
    network = load("weights.safetensors")
    predict(network, image)  # a tensor (C, H, W) of raw pixels -> [("class", probability), ...], best first
    predict(network, "image.png")  # the same for an image file, which needs Pillow
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional

if TYPE_CHECKING:
    from PIL.Image import Image'''

_FOOTER = '''def load(weights: str | Path = Path(__file__).with_name("weights.safetensors")) -> MAIN:
    """The trained network, in evaluation mode, from a safetensors file."""
    data = Path(weights).read_bytes()
    length = int.from_bytes(data[:8], "little")
    entries = json.loads(data[8 : 8 + length])
    kinds = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16, "I64": torch.int64}
    tensors = {}
    for name, entry in entries.items():
        if name != "__metadata__":
            start, end = (8 + length + offset for offset in entry["data_offsets"])
            kind = kinds[entry["dtype"]]
            tensors[name] = torch.frombuffer(bytearray(data[start:end]), dtype=kind).reshape(entry["shape"])
    network = MAIN()
    network.load_state_dict(tensors)
    return network.eval()


def prepare(images: Tensor) -> Tensor:
    """Raw pixels to the network's input. **Shapes**: (B, C, H, W), or one image (C, H, W) or (H, W) -> (B, C, HEIGHT, WIDTH)."""
    images = images.float().reshape(-1, CHANNELS, *images.shape[-2:])
    if images.shape[-2:] != (HEIGHT, WIDTH):
        images = functional.interpolate(images, (HEIGHT, WIDTH), mode="area")
    mean, deviation = (torch.tensor(values)[:, None, None] for values in (MEAN, DEVIATION))
    return (images - mean) / deviation


def read(file: str | Path) -> Tensor:
    """The raw pixels of an image file, read as the training images were. **Shapes**: (C, H, W)."""
    try:
        from PIL import Image
    except ImportError as error:
        raise ImportError("reading an image file needs Pillow (pip install pillow); a tensor of pixels does not") from error
    with Image.open(file) as opened:
        image = resized(upright(opened, CHANNELS == 3), *KEPT)
    pixels = torch.frombuffer(bytearray(image.tobytes()), dtype=torch.uint8).reshape(*KEPT, CHANNELS)
    return pixels.permute(2, 0, 1) * (HIGHEST / 255)


@torch.no_grad()
def predict(network: nn.Module, image: Tensor | str | Path) -> list[tuple[str, float]]:
    """Classes of one raw image, or of one image file, with their probabilities, best first."""
    image = image if isinstance(image, Tensor) else read(image)
    shares = network(prepare(image)).softmax(dim=1)[0]
    return [(CLASSES[i], float(shares[i])) for i in shares.argsort(descending=True).tolist()]


if __name__ == "__main__":
    trained = load(*sys.argv[1:2])
    example = torch.zeros(CHANNELS, HEIGHT, WIDTH)
    print(sum(p.numel() for p in trained.parameters()), "parameters; a black image is:", predict(trained, example)[0])
    for file in sys.argv[2:]:
        print(f"{file}:", predict(trained, file)[0])
'''
