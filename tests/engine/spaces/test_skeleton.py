from __future__ import annotations

from dataclasses import replace

import pytest

from nas_engine.errors import UnknownComponent
from nas_engine.operators import Site
from nas_engine.shapes import FeatureShape, TaskShape
from nas_engine.spaces import SKELETONS, FirstBlock, Skeleton, Stage, chain, skeleton_named

TWO_STAGES = Skeleton((Stage(8, 2, 2), Stage(12, 1)), stem=6, head=20)
IMAGES = TaskShape(3, 9, 7, 5)


def test_each_block_has_a_site_and_a_stage_s_first_block_carries_its_stride() -> None:
    assert TWO_STAGES.sites(IMAGES) == (
        Site(FeatureShape(6, 9, 7), 8, 2),
        Site(FeatureShape(8, 5, 4), 8, 1),
        Site(FeatureShape(8, 5, 4), 12, 1),
    )


def test_a_stage_s_first_block_is_a_layer_group_and_its_other_blocks_are_another() -> None:
    assert Skeleton((Stage(8, 3), Stage(8, 1))).groups == (
        "stage 1 first",
        "stage 1 rest",
        "stage 1 rest",
        "stage 2 first",
    )


def test_the_mobile_skeleton_has_21_blocks_in_11_layer_groups() -> None:
    groups = skeleton_named("mobile").groups
    assert len(groups) == 21
    assert len(set(groups)) == 11


def test_the_mobile_skeleton_s_widths_and_images_are_the_released_network_s() -> None:
    sites = skeleton_named("mobile").sites(TaskShape(3, 224, 224, 1000))
    assert sites[0].input == FeatureShape(16, 112, 112)
    assert [site.channels for site in sites] == [24] * 4 + [40] * 4 + [80] * 4 + [96] * 4 + [192] * 4 + [320]
    assert [site.output.height for site in sites] == [56] * 4 + [28] * 4 + [14] * 8 + [7] * 5


def test_the_stem_ends_in_the_first_block_where_there_is_one() -> None:
    with_first = replace(TWO_STAGES, stem_stride=2, first=FirstBlock("conv3", 10))
    assert TWO_STAGES.stem_block(IMAGES).output == FeatureShape(6, 9, 7)
    assert with_first.stem_block(IMAGES).output == FeatureShape(10, 5, 4)
    assert with_first.sites(IMAGES)[0].input == FeatureShape(10, 5, 4)


def test_the_head_widens_before_it_pools_unless_it_is_left_out() -> None:
    head, bare = TWO_STAGES.head_block(IMAGES), replace(TWO_STAGES, head=0).head_block(IMAGES)
    assert head.output == bare.output == FeatureShape(5)
    assert head.cost.params == 12 * 20 + 2 * 20 + 20 * 5 + 5
    assert bare.cost.params == 12 * 5 + 5


def test_every_field_changes_the_digest() -> None:
    others = [
        replace(TWO_STAGES, stages=(Stage(8, 2, 2), Stage(13, 1))),
        replace(TWO_STAGES, stages=(Stage(8, 3, 2), Stage(12, 1))),
        replace(TWO_STAGES, stages=(Stage(8, 2, 1), Stage(12, 1))),
        replace(TWO_STAGES, stem=7),
        replace(TWO_STAGES, stem_stride=2),
        replace(TWO_STAGES, first=FirstBlock("conv3", 6)),
        replace(TWO_STAGES, first=FirstBlock("conv3", 7)),
        replace(TWO_STAGES, head=0),
    ]
    assert len({skeleton.digest for skeleton in (TWO_STAGES, *others)}) == len(others) + 1


@pytest.mark.parametrize("name", SKELETONS)
def test_every_built_in_skeleton_makes_networks(name: str) -> None:
    shape = TaskShape(3, 32, 32, 7)
    space = chain(skeleton_named(name), ("conv3",))
    assert space.block(space.reference, shape).output == FeatureShape(7)


def test_an_unknown_skeleton_is_refused_with_those_there_are() -> None:
    with pytest.raises(UnknownComponent, match="unknown skeleton 'huge'; known: mobile, small, digits, tiny"):
        skeleton_named("huge")
