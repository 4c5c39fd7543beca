"""The exam of every operator."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import FrozenInstanceError
from itertools import product
from typing import ClassVar

import pytest
import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from nas_engine.budget import Cost
from nas_engine.chance import Chance
from nas_engine.errors import Incompatible
from nas_engine.graph.block import Block
from nas_engine.graph.counter import count, layer_table
from nas_engine.graph.module import build
from nas_engine.operators import Operator, Site
from nas_engine.operators import operator as operator_named
from nas_engine.shapes import FeatureShape

STRIPS, IMAGES = ((1, 2), (2, 5), (5, 1)), ((7, 8), (8, 7))  # odd and even heights and widths, none square
WIDTHS = (6, 5, 10, 1)  # of what goes out, for 6 channels coming in: the same, odd, more, one
STRIDES = (1, 2)
EVERYWHERE = tuple(
    Site(FeatureShape(6, height, width), channels, stride)
    for (height, width), channels, stride in (*product(STRIPS, WIDTHS[:2], STRIDES), *product(IMAGES, WIDTHS, STRIDES))
)
ATTEMPTS = 8  # initialisations until a parameter without a gradient is called dead: a ReLU may be off by chance


class OperatorContract:
    """What every operator promises, as tests. Inherit it, give one fixture, and pytest runs the exam::

        class TestBlur(OperatorContract):
            @pytest.fixture(params=[3, 5])
            def operator(self, request: pytest.FixtureRequest) -> Operator:
                return Blur(request.param)

    The exam is held at `sites`, wherever the operator's `accepts` holds; everywhere else `at` must refuse. An operator
    that by design passes nothing on (`none`) says so with `passes_its_input = False`. What the operator itself claims
    (its formula, its published counts) is tested beside the exam, in the same file.
    """

    sites: ClassVar[tuple[Site, ...]] = EVERYWHERE
    passes_its_input: ClassVar[bool] = True

    @pytest.fixture
    def operator(self) -> Operator:
        """The operator under examination; with `params`, several."""
        raise NotImplementedError(f"{type(self).__name__} has to give the fixture `operator`")

    def accepted(self, operator: Operator) -> list[Site]:
        """The sites at which the operator may stand."""
        return [site for site in self.sites if operator.accepts(site)]

    def roomy(self, operator: Operator) -> Iterator[tuple[Site, Block]]:
        """Accepted sites whose image is no row, no column and no dot, so that every kernel meets more than padding."""
        for site in self.accepted(operator):
            if min(site.input.height, site.input.width) >= 5:
                yield site, operator.at(site)

    # ------------------------------------------------------------------------------------------------ as a value

    def test_its_label_reads_back_as_the_same_operator(self, operator: Operator) -> None:
        read = type(operator).read(operator.label)
        assert read == operator, f"{type(operator).__name__}.read({operator.label!r}) gave {read!r}, not {operator!r}"
        assert read.label == operator.label

    def test_its_label_names_it_among_all_operators(self, operator: Operator) -> None:
        named = operator_named(operator.label)
        assert named == operator, f"the label {operator.label!r} names {named!r}: is the class in OPERATORS?"

    def test_it_is_a_frozen_value(self, operator: Operator) -> None:
        twin = deepcopy(operator)
        assert twin == operator, f"{operator!r} does not equal a copy of itself"
        assert hash(twin) == hash(operator)
        with pytest.raises(FrozenInstanceError):
            operator.anything = 1  # type: ignore[attr-defined]

    # ------------------------------------------------------------------------------------------------ as a block

    def test_it_can_stand_somewhere(self, operator: Operator) -> None:
        assert list(self.roomy(operator)), f"{operator.label} accepts none of {len(self.sites)} ordinary sites"

    def test_it_refuses_a_site_that_it_does_not_accept(self, operator: Operator) -> None:
        for site in self.sites:
            if operator.accepts(site):
                continue
            with pytest.raises(Incompatible, match=operator.label):
                operator.at(site)

    def test_it_gives_the_same_block_every_time(self, operator: Operator) -> None:
        for site in self.accepted(operator):
            assert deepcopy(operator).at(site) == operator.at(site), f"{operator.label} at {site}: two different blocks"

    def test_its_block_gives_the_shape_that_the_site_asks_for(self, operator: Operator) -> None:
        for site in self.accepted(operator):
            block = operator.at(site)
            assert block.input == site.input, f"{operator.label} at {site}: its block takes {block.input}"
            assert block.output == site.output, f"{operator.label} at {site}: its block gives {block.output}"

    def test_its_layer_table_sums_to_its_cost(self, operator: Operator) -> None:
        for site in self.accepted(operator):
            rows = list(operator.at(site).rows())
            summed = sum((row.cost for row in rows), Cost())
            assert summed == operator.cost(site), f"{operator.label} at {site}: table {summed}, {operator.cost(site)}"

    # ----------------------------------------------------------------------------------------------- as a module

    def test_its_module_gives_the_shape_that_the_site_asks_for(self, operator: Operator) -> None:
        for site in self.accepted(operator):
            module = _module(operator.at(site))
            for batch in (2, 3):
                with torch.no_grad():
                    got = tuple(module(_images(site, batch)).shape)
                wanted = (batch, site.output.channels, site.output.height, site.output.width)
                assert got == wanted, f"{operator.label} at {site}: its module gives {got}, wanted {wanted}"

    def test_its_cost_is_what_is_counted_in_its_module(self, operator: Operator) -> None:
        for site in self.accepted(operator):
            said, module = operator.cost(site), _module(operator.at(site))
            owned = sum(p.numel() for p in module.parameters() if p.requires_grad)
            assert said.params == owned, f"{operator.label} at {site}: says {said.params} params, has {owned}"
            counted = count(module, site.input)
            assert said == counted, f"{operator.label} at {site}: says {said}, the counter finds {counted}"

    def test_its_madds_are_half_of_what_torch_counts_in_flops(self, operator: Operator) -> None:
        for site, block in self.roomy(operator):
            module = _module(block).eval()
            with FlopCounterMode(display=False) as flops, torch.no_grad():
                module(_images(site, 1))
            found = flops.get_total_flops() / 2
            said = operator.cost(site).madds
            assert said == found, f"{operator.label} at {site}: says {said} MAdds, torch finds {found}"

    def test_every_layer_costs_in_its_module_what_its_table_says(self, operator: Operator) -> None:
        for site, block in self.roomy(operator):
            said = {row.path: (row.output, row.cost) for row in block.rows() if row.cost != Cost()}
            rows = layer_table(_module(block), site.input)
            found = {row.path: (row.output, row.cost) for row in rows if row.cost != Cost()}
            assert said == found, f"{operator.label} at {site}: the layer table and the module differ"

    def test_a_gradient_reaches_every_parameter_and_the_input(self, operator: Operator) -> None:
        for site, block in self.roomy(operator):
            dead = _without_gradient(block, site)
            assert not dead - {"its input"}, f"{operator.label} at {site}: no gradient reaches {sorted(dead)}"
            reached = "its input" not in dead
            assert reached == self.passes_its_input, (
                f"{operator.label} at {site}: gradient reaches its input: {reached}"
            )

    def test_it_leaves_its_input_as_it_was(self, operator: Operator) -> None:
        for site, block in self.roomy(operator):
            x = _images(site, 2)
            before = x.clone()
            _module(block)(x)
            assert torch.equal(x, before), f"{operator.label} at {site}: works in place on its input"

    def test_channels_last_input_gives_the_same_output(self, operator: Operator) -> None:
        for site, block in self.roomy(operator):
            module, x = _module(block).eval(), _images(site, 2)
            with torch.no_grad():
                apart = (module(x) - module(x.contiguous(memory_format=torch.channels_last))).abs().max().item()
            assert apart <= 1e-5, f"{operator.label} at {site}: {apart} apart in the two memory layouts"


def _module(block: Block, seed: int = 0) -> nn.Module:
    with Chance(seed).owning_torch():
        return build(block)


def _images(site: Site, batch: int) -> Tensor:
    shape = (batch, site.input.channels, site.input.height, site.input.width)
    return torch.randn(shape, generator=torch.Generator().manual_seed(batch))


def _without_gradient(block: Block, site: Site) -> set[str]:
    """Parameters (and 'its input') to which no gradient but zero came, whatever the initialisation."""
    dead: set[str] = set()
    for seed in range(ATTEMPTS):
        module, x = _module(block, seed), _images(site, 3).requires_grad_()
        y = module(x.clone())  # a leaf that needs a gradient cannot be worked on in place; that has its own test
        (y * torch.randn(y.shape, generator=torch.Generator().manual_seed(seed))).sum().backward()
        leaves = {"its input": x, **dict(module.named_parameters())}
        idle = {name for name, leaf in leaves.items() if leaf.grad is None or not leaf.grad.any()}
        dead = idle if seed == 0 else dead & idle
        if not dead:
            break
    return dead
