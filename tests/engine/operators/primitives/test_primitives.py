from __future__ import annotations

import pytest

from nas_engine.components import component
from nas_engine.operators.primitives import PRIMITIVES, DenseStep, PointwiseStep, channels

WORDS = (
    *("conv3:out", "conv1:in*12", "conv11:out/16:g16:d4:s", "conv5:in:d2", "dw3", "dw11:d2:s", "norm"),
    *("relu", "relu6", "silu", "hard_swish", "gelu", "sigmoid", "max3", "avg11:s", "se2", "se32"),
    *("skip", "skip?", "add", "mul", "cat"),
)


@pytest.mark.parametrize("word", WORDS)
def test_a_word_is_read_by_one_kind_which_writes_it(word: str) -> None:
    read = [found for kind in PRIMITIVES.values() if (found := kind.read(word)) is not None]
    assert [one.word for one in read] == [word]


@pytest.mark.parametrize(
    "word",
    ["conv2:out", "conv3", "conv3:in*1", "conv3:in*13", "conv3:out/17", "conv3:out:g3", "dw1", "se1", "se33", "tanh"],
)
def test_a_word_out_of_its_ranges_is_read_by_none(word: str) -> None:
    assert not any(kind.read(word) for kind in PRIMITIVES.values())


def test_every_kind_has_a_word_and_defaults_of_its_own() -> None:
    for name, kind in PRIMITIVES.items():
        made = component(
            PRIMITIVES, {"kind": name, **({"width": "out"} if "width" in kind.__dataclass_fields__ else {})}
        )
        assert made.word in {*WORDS, "conv1:out", "se4"}


def test_a_pointwise_is_a_convolution_of_one_pixel() -> None:
    assert PointwiseStep(width="out", groups=2).word == DenseStep(width="out", kernel=1, groups=2, dilation=3).word


@pytest.mark.parametrize(
    ("width", "wanted"),
    [(("in",), 6), (("out",), 9), (("in*12",), 72), (("out/2",), 4), (("in/16",), 1), (("out/2", "in"), 10)],
)
def test_a_width_is_so_many_channels(width: tuple[str, ...], wanted: int) -> None:
    assert channels(width, 6, 9) == wanted
