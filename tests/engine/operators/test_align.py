from __future__ import annotations

from nas_engine.graph.block import INPUT, Sketch
from nas_engine.graph.layers import Conv
from nas_engine.operators import Site
from nas_engine.operators.align import align
from nas_engine.shapes import FeatureShape

IMAGE = FeatureShape(6, 5, 7)


def test_nothing_is_added_where_the_width_is_right_already() -> None:
    sketch = Sketch("aligned", IMAGE)
    assert align(sketch, Site(IMAGE, channels=6)) == INPUT
    assert sketch.block().nodes == ()


def test_relu_a_1x1_convolution_and_batch_norm_change_the_width() -> None:
    sketch = Sketch("aligned", IMAGE)
    align(sketch, Site(IMAGE, channels=9))
    rows = list(sketch.block().rows())
    assert [row.layer for row in rows] == ["ReLU", "Conv", "BatchNorm"]
    assert rows[-1].output == FeatureShape(9, 5, 7)
    assert sketch.block().cost.params == 6 * 9 + 2 * 9
    assert sketch.block().cost.madds == 6 * 9 * 35


def test_the_width_is_changed_after_what_was_drawn_before() -> None:
    sketch = Sketch("aligned", IMAGE)
    sketch.add("before", Conv(6))
    align(sketch, Site(IMAGE, channels=9))
    assert sketch.block().nodes[1].inputs == ("before",)
