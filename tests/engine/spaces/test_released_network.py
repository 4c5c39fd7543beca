"""Reading and writing the authors' learned network, written here from the genes that the specification prints."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nas_engine.budget import Cost
from nas_engine.errors import InvalidArchitecture
from nas_engine.shapes import TaskShape
from nas_engine.spaces import FirstBlock, Skeleton, Stage, chain, nasbench201, skeleton_named
from nas_engine.spaces.document import read_document
from nas_engine.spaces.released_network import read_released_network, released_network

EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "autospace_340m.json"
SPACE, NETWORK, SHAPE = read_document(json.loads(EXAMPLE.read_text()))
CELL = "blocks.5.mobile_inverted_conv"


def released() -> Any:
    return json.loads(json.dumps(released_network(SPACE, NETWORK, SHAPE)))


def changed(path: str, value: object) -> Any:
    found = at = released()
    *way, last = path.split(".")
    for part in way:
        at = at[int(part) if part.isdigit() else part]
    at[int(last) if last.isdigit() else last] = value
    return found


def test_check_04_the_released_network_comes_back_and_counts_exactly() -> None:
    space, network, shape = read_released_network(released())
    assert (space.skeleton, network, shape) == (skeleton_named("mobile"), NETWORK, SHAPE)
    assert space.cost(network, shape) == Cost(4_312_944, 336_659_520)
    assert list(space.members()) == [network]
    assert json.loads(json.dumps(released_network(space, network, shape))) == released()


def test_a_block_is_written_as_the_authors_write_theirs() -> None:
    blocks = released()["blocks"]
    assert len(blocks) == 22
    assert blocks[5] == {
        "name": "MobileInvertedResidualBlock",
        "mobile_inverted_conv": {
            "name": "Motif",
            "in_channels": 24,
            "out_channels": 40,
            "kernel_size": 3,
            "stride": 2,
            "expand_ratio": 3,
            "num_nodes": 4,
            "build_graph": "[[0, 0, 0, 1], [7, 0, 0, [1, 0]], [5, 2, 0, 0], [1, 5, 5, 0]]",
            "dim_conv_idx": 1,
            "atten_mode": "channel",
            "feature_mix_mode_idx": [1, 0],
            "has_se": False,
        },
        "shortcut": None,
    }
    assert blocks[3]["mobile_inverted_conv"] == {"name": "ZeroLayer", "stride": 1}
    assert (blocks[3]["shortcut"]["in_channels"], blocks[3]["shortcut"]["out_channels"]) == (24, 24)


def test_batch_norm_s_figures_are_read_over() -> None:
    assert read_released_network(changed("bn", {"momentum": 0.01, "eps": 1e-5}))[1] == NETWORK


def test_a_cell_with_a_bit_that_does_nothing_is_the_same_network() -> None:
    """The seventh block of the printed table, with a dead bit set."""
    value = changed("blocks.11.mobile_inverted_conv.feature_mix_mode_idx", [1, 0])
    graph = "[[0, 0, 0, 2], [5, 0, 0, [1, 0]], [1, 2, 0, 0], [1, 1, 2, 0]]"
    value["blocks"][11]["mobile_inverted_conv"]["build_graph"] = graph
    assert read_released_network(value)[1] == NETWORK


def test_a_small_network_without_a_head_comes_back_as_well() -> None:
    skeleton = Skeleton((Stage(6, 2, 1), Stage(12, 1, 2)), stem=4, first=FirstBlock("mb3_e1", 6))
    space = chain(skeleton, ("mb5_e2_se", "mb3_e2", "3/1,2/1,2 D0 00 e2", "skip"))
    network = space.architecture(["skip", "mb5_e2_se", "3/1,2/1,2 D0 00 e2"])
    form = json.loads(json.dumps(released_network(space, network, TaskShape(1, 8, 8, 10))))
    read, found, shape = read_released_network(form, side=8)
    assert (read.skeleton, found, shape) == (skeleton, network, TaskShape(1, 8, 8, 10))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ([], "wanted a JSON object with the name 'ProxylessNASNets'"),
        ({"name": "SuperProxylessNASNets"}, "wanted a JSON object with the name"),
        (changed("blocks", {}), "blocks: got {}, wanted a list"),
        (changed("blocks", [{}]), "blocks: got 1, wanted 2 to 256"),
        (changed("blocks.4", "skip"), "blocks.4: got str, wanted an object"),
        (changed("blocks.4.mobile_inverted_conv", None), "blocks.4.mobile_inverted_conv: got None, wanted an object"),
        (changed("blocks.4.shortcut", None), "blocks.4.shortcut: got None"),
        (changed("blocks.5.shortcut", {}), "blocks.5.shortcut: got {}, wanted None"),
        (changed("blocks.4.mobile_inverted_conv.stride", 2), "block 4: operator 'skip'"),
        (changed(f"{CELL}.name", "Cell"), f"{CELL}.name: got 'Cell', wanted MBInvertedConvLayer, Motif or ZeroLayer"),
        (changed(f"{CELL}.build_graph", "[[0"), f"{CELL}.build_graph: got .* as text"),
        (changed(f"{CELL}.build_graph", "[[0]]"), f"{CELL}.build_graph: AutoSpace cell matrix"),
        (changed(f"{CELL}.dim_conv_idx", 2), f"{CELL}.dim_conv_idx: got 2, wanted 1"),
        (changed(f"{CELL}.feature_mix_mode_idx", [1, 1]), f"{CELL}.feature_mix_mode_idx.1: got 1, wanted 0"),
        (changed(f"{CELL}.atten_mode", "spatial"), f"{CELL}.atten_mode: got 'spatial', wanted 'channel'"),
        (changed(f"{CELL}.expand_ratio", 40), f"{CELL}.expand_ratio: got 40, wanted 1 to 12"),
        (changed(f"{CELL}.expand_ratio", True), f"{CELL}.expand_ratio: got True, wanted a whole number"),
        (changed(f"{CELL}.kernel_size", 5), f"{CELL}.kernel_size: got 5, wanted 3"),
        (changed(f"{CELL}.has_se", True), f"{CELL}.has_se: got True, wanted False"),
        (changed(f"{CELL}.dropout", 0.1), f"{CELL}.dropout: this field is not known"),
        (changed(f"{CELL}.in_channels", 32), f"{CELL}.in_channels: got 32, wanted 24"),
        (changed("blocks.2.mobile_inverted_conv.kernel_size", 4), "blocks.2.mobile_inverted_conv: .* mb4_e6"),
        (changed("first_conv.stride", 0), "skeleton.stem_stride: got 0"),
        (changed("first_conv.kernel_size", 5), "first_conv.kernel_size: got 5, wanted 3"),
        (changed("first_conv.out_channels", "32"), "first_conv.out_channels: got '32', wanted a whole number"),
        (changed("classifier.out_features", 1), "input.classes: got 1"),
        (changed("feature_mix_layer.act_func", None), "feature_mix_layer.act_func: got None, wanted 'relu6'"),
        (changed("extra", 1), "extra: this field is not known"),
    ],
)
def test_what_we_cannot_build_is_refused_by_its_field(value: object, text: str) -> None:
    with pytest.raises(InvalidArchitecture, match=text):
        read_released_network(value)


def test_a_network_that_the_form_cannot_hold_is_refused() -> None:
    tiny = chain(skeleton_named("tiny"), ("skip", "sep3"))
    with pytest.raises(InvalidArchitecture, match="begins with a block that is not searched"):
        released_network(tiny, tiny.reference, TaskShape(1, 8, 8, 10))
    cells = nasbench201()
    with pytest.raises(InvalidArchitecture, match="repeats one cell"):
        released_network(cells, cells.reference, TaskShape(3, 32, 32, 10))
    first = FirstBlock("mb3_e1", 6)
    alike = chain(Skeleton((Stage(6, 1, 1), Stage(6, 1, 1)), stem=4, first=first), ("mb3_e6",))
    with pytest.raises(InvalidArchitecture, match="stage 2: its width and stride are those of the blocks before"):
        released_network(alike, alike.reference, TaskShape(3, 32, 32, 10))
    separable = chain(Skeleton((Stage(8, 2, 2),), stem=4, first=first), ("mb3_e6", "sep3", "skip"))
    for genes, place in (
        (["mb3_e6", "sep3"], "block 2: operator 'sep3'"),
        (["skip", "mb3_e6"], "block 1: operator 'skip'"),
    ):
        with pytest.raises(InvalidArchitecture, match=place):
            released_network(separable, separable.architecture(genes), TaskShape(3, 32, 32, 10))
