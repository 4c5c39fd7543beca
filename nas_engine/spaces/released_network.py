"""The form in which AutoSpace's authors released a learned network (Zhou 2021): ProxylessNAS's configuration, with cells.

Facts of the form: `first_conv`, a list of `blocks`, `feature_mix_layer`, `classifier`, `bn`. A block is a fixed or searched
convolution (`MBInvertedConvLayer`), a cell (`Motif`) or nothing (`ZeroLayer`), with an identity `shortcut` where the shape
is kept. OUR CHOICE, as the form does not say: the image is 224 x 224; the first block is not searched; a stage begins where
a block has a stride or another width. `bn` is no part of an architecture: it is read over, and written as in the release.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from nas_engine.architecture import Architecture
from nas_engine.components import checked
from nas_engine.errors import Incompatible, InvalidArchitecture, InvalidRecipe, shown
from nas_engine.operators import AutoSpaceCell, InvertedResidual, Operator, Site, operator
from nas_engine.shapes import TaskShape
from nas_engine.spaces.alphabet import Listed
from nas_engine.spaces.chain import ChainSpace
from nas_engine.spaces.released import read_cell
from nas_engine.spaces.skeleton import Skeleton
from nas_engine.wire import Plain

NETWORK_NAME = "ProxylessNASNets"
MOST_BLOCKS = 256
_LINEAR: Plain = {"use_bn": False, "act_func": None, "dropout_rate": 0, "ops_order": "weight_bn_act"}


def released_network(space: ChainSpace, architecture: Architecture, shape: TaskShape) -> Plain:
    """A network in the released form. Raises InvalidArchitecture where the form cannot hold it, naming the block."""
    skeleton = space.skeleton
    if not isinstance(skeleton, Skeleton):
        raise InvalidArchitecture("the released form holds chains of blocks; this network repeats one cell")
    if skeleton.first is None:
        raise InvalidArchitecture("the released form begins with a block that is not searched; this skeleton has none")
    for number, (before, stage) in enumerate(pairwise(skeleton.stages), start=2):
        if (stage.width, stage.stride) == (before.width, 1):
            raise InvalidArchitecture(
                f"stage {number}: its width and stride are those of the blocks before; the released form has no mark for it"
            )
    sites = skeleton.sites(shape)
    first = Site(shape.input.strided(skeleton.stem_stride, skeleton.stem), skeleton.first.width)
    parts = zip((skeleton.first.operator, *architecture.genes), (first, *sites), strict=True)
    last = sites[-1].channels
    return {
        "name": NETWORK_NAME,
        "bn": {"momentum": 0.1, "eps": 0.006},
        "first_conv": _convolution(3, skeleton.stem_stride, shape.channels, skeleton.stem),
        "blocks": [_block(f"block {number}", operator(label), site) for number, (label, site) in enumerate(parts)],
        "feature_mix_layer": _convolution(1, 1, last, skeleton.head) if skeleton.head else None,
        "classifier": {
            "name": "LinearLayer",
            "in_features": skeleton.head or last,
            "out_features": shape.classes,
            "bias": True,
            **_LINEAR,
        },
    }


def read_released_network(value: object, side: int = 224) -> tuple[ChainSpace, Architecture, TaskShape]:
    """The network of the released form: a space that holds just it, its architecture, its input shape.

    Reading is strict: what is read is written again, and what then differs is refused, as we cannot build it. Raises
    InvalidArchitecture, naming the field: 'blocks.5.mobile_inverted_conv.kernel_size'.
    """
    if not isinstance(value, Mapping) or value.get("name") != NETWORK_NAME:
        raise InvalidArchitecture(f"released network: wanted a JSON object with the name {NETWORK_NAME!r}")
    blocks = _at(value, "blocks", list)
    if not 1 < len(blocks) <= MOST_BLOCKS:
        raise InvalidArchitecture(f"released network: blocks: got {len(blocks):,}, wanted 2 to {MOST_BLOCKS}")
    first, *searched = [_read_block(f"blocks.{number}", block) for number, block in enumerate(blocks)]
    stem, width = _at(value, "first_conv.out_channels", int), first[1]
    mix = value.get("feature_mix_layer")
    found = {
        "stages": _stages(stem if width is None else width, searched),
        "stem": stem,
        "stem_stride": _at(value, "first_conv.stride", int),
        "first": {"operator": first[0], "width": stem if width is None else width},
        "head": 0 if mix is None else _at(value, "feature_mix_layer.out_channels", int),
    }
    image = {"channels": _at(value, "first_conv.in_channels", int), "height": side, "width": side}
    try:
        skeleton = checked(Skeleton, found, "skeleton")
        shape = checked(TaskShape, {**image, "classes": _at(value, "classifier.out_features", int)}, "input")
        labels = [operator(label).canonical.label for label, *_ in searched]
        space = ChainSpace(skeleton, tuple(Listed((label,)) for label in labels), labels[0])
        architecture = space.architecture(labels)
        ours = released_network(space, architecture, shape)
    except InvalidRecipe as error:
        raise InvalidArchitecture(
            f"released network: {error.field}: got {shown(error.got)}, wanted {error.wanted}"
        ) from error
    except Incompatible as error:
        raise InvalidArchitecture(f"released network: {error}") from error
    _refuse_difference("", {**value, "bn": ours["bn"]}, _with_raw_bits(ours, blocks))
    return space, architecture, shape


def _stages(width: int, searched: Sequence[tuple[str, int | None, int]]) -> list[dict[str, int]]:
    """Runs of blocks of one width; a stride begins another one."""
    stages: list[dict[str, int]] = []
    for _, channels, stride in searched:
        if not stages or stride != 1 or channels not in (None, width):
            width = width if channels is None else channels
            stages.append({"width": width, "blocks": 0, "stride": stride})
        stages[-1]["blocks"] += 1
    return stages


def _convolution(kernel: int, stride: int, before: int, after: int) -> Plain:
    fixed: Plain = {"dilation": 1, "groups": 1, "bias": False, "has_shuffle": False}
    ends: Plain = {"in_channels": before, "out_channels": after, **_LINEAR, "use_bn": True, "act_func": "relu6"}
    return {"name": "ConvLayer", "kernel_size": kernel, "stride": stride, **fixed, **ends}


def _block(where: str, chosen: Operator, site: Site) -> Plain:
    channels = site.input.channels
    shortcut: Plain = {"name": "IdentityLayer", "in_channels": channels, "out_channels": channels, **_LINEAR}
    return {
        "name": "MobileInvertedResidualBlock",
        "mobile_inverted_conv": _searched(where, chosen, site),
        "shortcut": shortcut if site.keeps_shape else None,
    }


def _searched(where: str, chosen: Operator, site: Site) -> Plain:
    ends: Plain = {"in_channels": site.input.channels, "out_channels": site.channels}
    if isinstance(chosen, InvertedResidual):
        rest: Plain = {"expand_ratio": chosen.expansion, "mid_channels": None, "has_se": chosen.squeeze_excite}
        return {"name": "MBInvertedConvLayer", **ends, "kernel_size": chosen.kernel, "stride": site.stride, **rest}
    if isinstance(chosen, AutoSpaceCell):
        genes = chosen.genotype
        return {
            "name": "Motif",
            **ends,
            "kernel_size": 3,
            "stride": site.stride,
            "expand_ratio": chosen.expansion,
            "num_nodes": 4,
            "build_graph": json.dumps(genes.matrix()),
            "dim_conv_idx": genes.d,
            "atten_mode": "channel",
            "feature_mix_mode_idx": [genes.m2, genes.m3],
            "has_se": False,
        }
    if chosen.label == "skip" and site.keeps_shape:
        return {"name": "ZeroLayer", "stride": 1}
    raise InvalidArchitecture(
        f"{where}: operator {chosen.label!r} at {site}; the released form holds cells, inverted residuals,"
        " and 'skip' where the shape is kept"
    )


def _read_block(where: str, block: object) -> tuple[str, int | None, int]:
    """Label, width (None: that of the block before) and stride."""
    if not isinstance(block, Mapping):
        raise InvalidArchitecture(f"released network: {where}: got {type(block).__name__}, wanted an object")
    inner = f"{where}.mobile_inverted_conv"
    body = _at(block, "mobile_inverted_conv", Mapping, where)
    kind, stride = body.get("name"), _at(body, "stride", int, inner)
    if kind == "ZeroLayer":
        return "skip", None, stride
    width, ratio = _at(body, "out_channels", int, inner), _at(body, "expand_ratio", int, inner)
    if kind == "MBInvertedConvLayer":
        squeeze = "_se" if _at(body, "has_se", bool, inner) else ""
        label = f"mb{_at(body, 'kernel_size', int, inner)}_e{ratio}{squeeze}"
        if InvertedResidual.read(label) is None:
            raise InvalidArchitecture(
                f"released network: {inner}: kernel and expand_ratio make {label}, which we have not"
            )
        return label, width, stride
    if kind == "Motif":
        if not 1 <= ratio <= 12:
            raise InvalidArchitecture(f"released network: {inner}.expand_ratio: got {shown(ratio)}, wanted 1 to 12")
        return AutoSpaceCell(_raw_cell(body, inner), ratio).label, width, stride
    raise InvalidArchitecture(
        f"released network: {inner}.name: got {shown(kind)}, wanted MBInvertedConvLayer, Motif or ZeroLayer"
    )


def _raw_cell(body: Mapping[str, Any], inner: str) -> Any:
    text, where = _at(body, "build_graph", str, inner), f"released network: {inner}.build_graph"
    try:
        return read_cell(where, json.loads(text))
    except json.JSONDecodeError as error:
        raise InvalidArchitecture(f"{where}: got {text[:120]!r}, wanted a 4x4 matrix as text") from error


def _with_raw_bits(ours: Plain, blocks: Sequence[Any]) -> Plain:
    """Ours, each cell in the raw form that was given: its mix bits may be set where they do nothing."""
    written: Any = ours["blocks"]
    for mine, given in zip(written, blocks, strict=True):
        cell, raw = mine["mobile_inverted_conv"], given["mobile_inverted_conv"]
        if cell["name"] == "Motif":
            genes = _raw_cell(raw, "")
            cell |= {
                "build_graph": json.dumps(genes.matrix()),
                "dim_conv_idx": genes.d,
                "feature_mix_mode_idx": [genes.m2, genes.m3],
            }
    return ours


def _at(value: Mapping[str, Any], path: str, kind: type[Any], where: str = "") -> Any:
    """What stands at a path. Raises InvalidArchitecture where it is missing or of another type."""
    found: Any = value
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    if not isinstance(found, kind) or (kind is int and isinstance(found, bool)):
        place = f"{where}.{path}" if where else path
        raise InvalidArchitecture(f"released network: {place}: got {shown(found)}, wanted {_WORDS[kind]}")
    return found


_WORDS: dict[type[Any], str] = {
    int: "a whole number",
    str: "text",
    bool: "true or false",
    list: "a list",
    Mapping: "an object",
}


def _refuse_difference(where: str, given: Any, ours: Any) -> None:
    """Raises InvalidArchitecture for the first place where the two differ."""
    if isinstance(given, Mapping) and isinstance(ours, Mapping):
        for name in dict.fromkeys((*ours, *given)):
            place = f"{where}.{name}" if where else str(name)
            if name not in ours:
                raise InvalidArchitecture(f"released network: {place}: this field is not known")
            _refuse_difference(place, given.get(name, "nothing"), ours[name])
    elif isinstance(given, list) and isinstance(ours, list) and len(given) == len(ours):
        for number, pair in enumerate(zip(given, ours, strict=True)):
            _refuse_difference(f"{where}.{number}", *pair)
    elif type(given) is not type(ours) or given != ours:
        raise InvalidArchitecture(
            f"released network: {where}: got {shown(given)}, wanted {shown(ours)} as far as we can build it"
        )
