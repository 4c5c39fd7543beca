"""The weight bank: a cell that returns goes on, a child inherits what is unchanged."""

import torch

from nas_engine.shapes import TaskShape
from nas_engine.spaces import autospace, skeleton_named
from nas_engine.supernets import ChainSupernet
from nas_engine.trainers.weight_bank import WeightBank

SHAPE = TaskShape(1, 8, 8, 10)
SPACE = autospace(skeleton_named("tiny"), expansion=2)
GROUPS = SPACE.skeleton.groups
PARENT, CHILD, OTHER = "5/1,5/1,2 D2 00 e2", "5/1,3/1,2 D2 00 e2", "3/1,2/1,2 D2 00 e2"


def network(seed: int, *labels: str) -> ChainSupernet:
    torch.manual_seed(seed)
    return SPACE.narrowed(dict.fromkeys(GROUPS, labels)).supernet(SHAPE)


def test_a_cell_that_returns_goes_on_with_its_own_weights_and_stem_and_head_with_theirs() -> None:
    first, bank = network(1, PARENT, OTHER), WeightBank()
    bank.take(first, GROUPS)
    later = network(2, PARENT)
    bank.fill(later, GROUPS, {})
    known = first.state_dict()
    assert all(torch.equal(tensor, known[name]) for name, tensor in later.state_dict().items())


def test_a_child_inherits_every_edge_that_is_unchanged() -> None:
    first, bank = network(1, PARENT), WeightBank()
    bank.take(first, GROUPS)
    later, fresh = network(2, CHILD), network(2, CHILD)
    bank.fill(later, GROUPS, {(group, CHILD): PARENT for group in GROUPS})
    for place in range(len(GROUPS)):
        parent, child = (n.place(place).option(label).state_dict() for n, label in ((first, PARENT), (later, CHILD)))
        assert torch.equal(child["edge01.weight"], parent["edge01.weight"])
        assert torch.equal(child["project.weight"], parent["project.weight"])
        unchanged = fresh.place(place).option(CHILD).state_dict()["edge12.weight"]
        assert torch.equal(child["edge12.weight"], unchanged)  # 5 x 5 became 3 x 3: nothing to inherit


def test_it_keeps_no_more_than_it_is_told_and_comes_back_from_a_checkpoint() -> None:
    bank = WeightBank()
    bank.take(network(1, PARENT, OTHER), GROUPS)
    bank.keep({(group, PARENT) for group in GROUPS})
    again = WeightBank()
    again.load(bank.tensors())
    assert again.tensors().keys() == bank.tensors().keys()
    assert not any(OTHER in name for name in bank.tensors())
    filled = network(3, OTHER)
    again.fill(filled, GROUPS, {})
    untouched = network(3, OTHER)
    for place in range(len(GROUPS)):
        for name, tensor in filled.place(place).state_dict().items():
            assert torch.equal(tensor, untouched.place(place).state_dict()[name])


def test_the_supernet_it_gives_holds_each_groups_options_by_the_supernets_names() -> None:
    first, bank = network(1, PARENT, OTHER), WeightBank()
    bank.take(first, GROUPS)
    tensors = bank.supernet(GROUPS, {group: [OTHER] for group in GROUPS})
    expected = network(5, OTHER).state_dict()
    assert tensors.keys() == expected.keys()
    assert all(torch.equal(tensors[name], first.state_dict()[name]) for name in tensors)
