"""The chain's supernet: a child in it is the stand-alone network."""

import pytest
import torch

from nas_engine.chance import Chance
from nas_engine.errors import InvalidArchitecture
from nas_engine.shapes import TaskShape
from nas_engine.spaces import ChainSpace, Skeleton, Stage, chain, skeleton_named
from nas_engine.supernets import ChainSupernet, child_tensors

SHAPE = TaskShape(1, 8, 8, 10)
LABELS = ("mb3_e2", "sep3", "skip", "5/3,2/1,2 D1 10 e2", "max3")


@pytest.fixture
def space() -> ChainSpace:
    return chain(skeleton_named("tiny"), LABELS)


@pytest.fixture
def supernet(space: ChainSpace) -> ChainSupernet:
    torch.manual_seed(1)
    return space.supernet(SHAPE)


@pytest.mark.parametrize("seed", range(4))
def test_a_child_equals_the_stand_alone_network_with_its_weights(
    seed: int, space: ChainSpace, supernet: ChainSupernet
) -> None:
    architecture = space.sample(Chance(seed))
    images = torch.randn(5, 1, 8, 8)
    supernet.train()
    for other in range(3):  # running statistics that differ from the fresh ones
        supernet(torch.randn(16, 1, 8, 8), supernet.path(space.sample(Chance(other)).genes))
    network = space.build(architecture, SHAPE)
    network.load_state_dict(child_tensors(supernet.state_dict(), architecture.genes))
    supernet.eval()
    network.eval()
    path = supernet.path(architecture.genes)
    torch.testing.assert_close(supernet(images, path), network(images), rtol=0, atol=1e-6)


def test_a_one_hot_mixture_is_the_path(space: ChainSpace, supernet: ChainSupernet) -> None:
    supernet.eval()
    images = torch.randn(3, 1, 8, 8)
    path = supernet.path(space.sample(Chance(7)).genes)
    rows = [torch.eye(len(supernet.place(i).labels))[index] for i, index in enumerate(path)]
    torch.testing.assert_close(supernet(images, rows), supernet(images, path), rtol=1e-5, atol=1e-6)


def test_a_path_uses_and_trains_the_weights_of_its_options_only(supernet: ChainSupernet) -> None:
    genes = ("sep3", "mb3_e2", "mb3_e2")
    supernet(torch.randn(4, 1, 8, 8), supernet.path(genes)).sum().backward()
    touched = {name for name, parameter in supernet.named_parameters() if parameter.grad is not None}
    on_path = {name for name, _ in supernet.named_parameters() if not name.startswith("block_")}
    on_path |= {
        name
        for name, _ in supernet.named_parameters()
        for place, label in enumerate(genes)
        if name.startswith(f"block_{place}.{label}.")
    }
    assert touched == on_path


def test_an_option_that_it_does_not_hold_is_refused(supernet: ChainSupernet) -> None:
    with pytest.raises(InvalidArchitecture, match="place 1: got 'dil3', wanted one of mb3_e2"):
        supernet.path(("sep3", "dil3", "skip"))


def test_a_soft_mixture_is_the_weighted_sum_of_its_options(supernet: ChainSupernet) -> None:
    block = supernet.place(1).eval()
    images, weights = torch.randn(3, 8, 4, 4), torch.tensor([0.1, 0.4, 0.2, 0.05, 0.25])
    wanted = sum(weight * block.option(label)(images) for label, weight in zip(LABELS, weights, strict=True))
    torch.testing.assert_close(block(images, weights), wanted)


def test_a_score_feels_how_its_option_changes_the_answer(supernet: ChainSupernet) -> None:
    weights = [torch.full((5,), 0.2, requires_grad=True) for _ in range(3)]
    supernet(torch.randn(4, 1, 8, 8), weights).square().sum().backward()
    for row in weights:
        assert row.grad is not None
        assert row.grad.abs().min() > 0


@pytest.mark.parametrize("with_gradient", [False, True])
def test_the_only_option_of_a_place_is_passed_on_bit_for_bit(with_gradient: bool) -> None:
    alone = chain(skeleton_named("tiny"), ("mb3_e2",)).supernet(SHAPE).eval()
    images = torch.randn(3, 1, 8, 8)
    scores = [torch.zeros(1, requires_grad=with_gradient) for _ in range(3)]
    assert torch.equal(alone(images, [row.softmax(dim=0) for row in scores]), alone(images, [0, 0, 0]))


def test_options_and_places_whose_names_begin_alike_are_kept_apart() -> None:
    skeleton = Skeleton((Stage(4, blocks=12),), stem=4)
    space = chain(skeleton, ("mb3_e2", "mb3_e2_se"))
    supernet = space.supernet(SHAPE)
    genes = ["mb3_e2", "mb3_e2_se"] * 6
    tensors = child_tensors(supernet.state_dict(), genes)
    network = space.build(space.architecture(genes), SHAPE)
    network.load_state_dict(tensors)  # strictly: none missing, none too many
    whole = supernet.state_dict()
    for place in (1, 10, 11):
        got, wanted = tensors[f"block_{place}.expand.weight"], whole[f"block_{place}.{genes[place]}.expand.weight"]
        assert torch.equal(got, wanted)


def test_places_do_not_share_weights(supernet: ChainSupernet) -> None:
    memory = [parameter.data_ptr() for parameter in supernet.parameters()]
    assert len(set(memory)) == len(memory)
