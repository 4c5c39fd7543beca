"""The differentiable fitness: exact gradients, exact costs, and what it can be trusted with."""

import pytest
import torch

from nas_engine.shapes import TaskShape
from nas_engine.spaces import autospace, skeleton_named
from nas_engine.spaces.chain import fixed_cost, place_cost
from nas_engine.supernets import ChainSupernet, MixedBlock
from nas_engine.tasks import ImageClassification
from nas_engine.testing.planted import DOUBLE_DEPTHWISE, IDENTITY_ONLY, planted_ranking
from nas_engine.trainers.fitness import BudgetTerm, CellFitness

SHAPE = TaskShape(1, 8, 8, 10)
SPACE = autospace(skeleton_named("tiny"), expansion=2)
GROUPS = SPACE.skeleton.groups
LABELS = ("5/1,2/1,2 D2 00 e2", "3/3,2/1,5 D1 10 e2", "2/2,5/2,2 D0 01 e2")


def fitness(
    labels: tuple[str, ...] = LABELS, scores: tuple[float, ...] | None = None, limit: int | None = None
) -> CellFitness:
    """A generation with the same cells in each group, in float64."""
    torch.manual_seed(4)
    network = SPACE.narrowed(dict.fromkeys(GROUPS, labels)).supernet(SHAPE).double()
    distinct = list(dict.fromkeys(GROUPS))
    madds = {
        group: [
            sum(place_cost(SPACE.skeleton, SHAPE, i, label).madds for i, own in enumerate(GROUPS) if own == group)
            for label in labels
        ]
        for group in distinct
    }
    made = CellFitness(
        network,
        GROUPS,
        {group: scores or (0.3, -0.2, 0.5)[: len(labels)] for group in distinct},
        madds,
        fixed_cost(SPACE.skeleton, SHAPE).madds,
        None if limit is None else BudgetTerm(limit),
    )
    for parameter in made.scores.values():
        parameter.data = parameter.data.double()
    return made


class Tapped:
    """The inputs, outputs and output gradients of one mixed block in a backward pass."""

    def __init__(self, block: MixedBlock) -> None:
        self.outputs = {label: torch.empty(0) for label in block.labels}
        for label in block.labels:
            block.option(label).register_forward_hook(self._note(label))
        block.register_full_backward_hook(self._gradient)
        block.register_forward_hook(self._mixed)

    def _note(self, label: str):  # type: ignore[no-untyped-def]
        def hook(_: object, __: object, output: torch.Tensor) -> None:
            self.outputs[label] = output.detach()

        return hook

    def _mixed(self, module: object, inputs: object, output: torch.Tensor) -> None:
        self.mixed = output.detach()

    def _gradient(self, module: object, into: object, out: tuple[torch.Tensor, ...]) -> None:
        self.gradient = out[0].detach()


def batch() -> tuple[torch.Tensor, torch.Tensor]:
    torch.manual_seed(9)
    return torch.randn(6, 1, 8, 8, dtype=torch.float64), torch.randint(0, 10, (6,))


def gradients(made: CellFitness) -> dict[str, torch.Tensor]:
    images, labels = batch()
    loss = torch.nn.functional.cross_entropy(made.answer(images, fixed_scores=False), labels)
    loss.backward()
    return {group: parameter.grad for group, parameter in made.scores.items() if parameter.grad is not None}


def test_check_08_autograd_equals_the_closed_form_under_softmax_and_sums_to_zero() -> None:
    made = fitness()
    tapped = Tapped(made.network.place(0))
    found = gradients(made)[GROUPS[0]]
    weights = made.weights(GROUPS[0]).detach()
    closed = [
        p * (tapped.gradient * (tapped.outputs[label] - tapped.mixed)).sum()
        for p, label in zip(weights, LABELS, strict=True)
    ]
    torch.testing.assert_close(found, torch.stack(closed), rtol=1e-9, atol=1e-12)
    assert found.abs().max() > 1e-6
    for gradient in gradients(fitness()).values():
        assert abs(float(gradient.sum())) < 1e-12


def test_check_08_with_raw_weights_the_gradient_is_the_inner_product() -> None:
    made = fitness()
    block = made.network.place(0)
    tapped = Tapped(block)
    raw = torch.tensor([0.2, 0.7, -0.4], dtype=torch.float64, requires_grad=True)
    other = [made.weights(group).detach() for group in GROUPS[1:]]
    images, labels = batch()
    torch.nn.functional.cross_entropy(made.network(images, [raw, *other]), labels).backward()
    closed = [(tapped.gradient * tapped.outputs[label]).sum() for label in LABELS]
    assert raw.grad is not None
    torch.testing.assert_close(raw.grad, torch.stack(closed), rtol=1e-9, atol=1e-12)


def test_check_08_the_raw_reading_is_that_and_begins_with_equal_weights() -> None:
    made = fitness(scores=(0.0, 0.0, 0.0))
    made.reading = "raw"
    torch.testing.assert_close(made.weights(GROUPS[0]), torch.full((3,), 1 / 3, dtype=torch.float64))
    tapped = Tapped(made.network.place(0))
    found = gradients(made)[GROUPS[0]]
    closed = [(tapped.gradient * tapped.outputs[label]).sum() for label in LABELS]
    torch.testing.assert_close(found, torch.stack(closed), rtol=1e-9, atol=1e-12)


def test_expected_madds_of_raw_weights_are_between_the_cheapest_and_the_dearest_cells() -> None:
    made = fitness(scores=(2.0, -3.0, 0.4))
    softmax = float(made.expected_madds().detach())
    made.reading = "raw"
    parts = {group: made._madds[group] for group in made.scores}
    low, high = (made._fixed + sum(float(end(madds)) for madds in parts.values()) for end in (torch.min, torch.max))
    assert low < float(made.expected_madds().detach()) < high
    assert float(made.expected_madds().detach()) != softmax


def test_check_09_one_active_slot_is_the_cell_itself_and_its_score_has_no_gradient() -> None:
    made = fitness((LABELS[1],))
    images, _ = batch()
    made.network.eval()
    alone = made.network(images, [0, 0, 0])
    assert torch.equal(made.answer(images, fixed_scores=False), alone)
    for gradient in gradients(made).values():
        assert float(gradient) == 0.0


def test_check_10_identical_cells_with_equal_weights_have_equal_gradients_of_zero() -> None:
    block = SPACE.narrowed(dict.fromkeys(GROUPS, LABELS)).supernet(SHAPE).place(0).option(LABELS[0]).block
    stem, head = SPACE.skeleton.stem_block(SHAPE), SPACE.skeleton.head_block(SHAPE)
    del head
    copies = MixedBlock({f"copy {i}": block for i in range(3)}).double()
    state = copies.option("copy 0").state_dict()
    for i in (1, 2):
        copies.option(f"copy {i}").load_state_dict(state)
    scores = torch.zeros(3, dtype=torch.float64, requires_grad=True)
    images = torch.randn(4, stem.output.channels, 8, 8, dtype=torch.float64)
    copies(images, scores.softmax(0)).square().sum().backward()
    assert scores.grad is not None
    torch.testing.assert_close(scores.grad, torch.zeros(3, dtype=torch.float64), rtol=0, atol=1e-9)


@pytest.mark.parametrize("seed", [0, 1])
def test_check_11_a_cell_that_filters_twice_ranks_first_in_the_planted_layer(seed: int) -> None:
    """On digits; 12 seeds and the readings in `benchmarks/planted.py`."""
    ranking = planted_ranking(ImageClassification().open(), seed)
    assert ranking[0][0] in DOUBLE_DEPTHWISE
    assert ranking[0].index(IDENTITY_ONLY) >= 2


def test_check_13_expected_madds_at_one_hot_weights_are_the_networks() -> None:
    for chosen, label in enumerate(LABELS):
        scores = tuple(200.0 if i == chosen else 0.0 for i in range(3))
        network = SPACE.architecture([label] * len(GROUPS))
        assert float(fitness(scores=scores).expected_madds().detach()) == SPACE.cost(network, SHAPE).madds


def test_check_13_the_budget_terms_gradient_is_the_closed_form() -> None:
    limit = 20_000
    made = fitness(limit=limit)
    expected = made.expected_madds()
    assert float(expected.detach()) > limit
    assert made.budget is not None
    made.budget.added(torch.zeros((), dtype=torch.float64), expected).backward()
    for group, parameter in made.scores.items():
        weights, madds = made.weights(group).detach(), made._madds[group]
        closed = weights * (madds - (weights * madds).sum()) / limit * 0.1
        assert parameter.grad is not None
        torch.testing.assert_close(parameter.grad, closed, rtol=1e-9, atol=1e-12)


def test_spending_less_than_the_budget_is_not_rewarded() -> None:
    made = fitness(limit=10**9)
    assert made.budget is not None
    assert float(made.budget.added(torch.zeros(()), made.expected_madds()).detach()) == 0.0


def test_the_logarithmic_form_grows_with_the_expected_madds() -> None:
    term, loss = BudgetTerm(10**6, "mul#log"), torch.tensor(2.0)
    at_limit, twice = (float(term.added(loss, torch.tensor(m))) for m in (1e6, 2e6))
    assert at_limit == pytest.approx(0.4)
    assert twice > at_limit


def test_training_scores_leaves_weights_alone_and_training_weights_leaves_scores_alone() -> None:
    task = ImageClassification().open()
    torch.manual_seed(1)
    network: ChainSupernet = SPACE.narrowed(dict.fromkeys(GROUPS, LABELS)).supernet(task.shape)
    made = CellFitness(network, GROUPS, {g: [0.0] * 3 for g in GROUPS}, {g: [1, 2, 3] for g in GROUPS})
    images, labels = task.train.inputs[:16], task.train.labels[:16]
    weights = [parameter.clone() for parameter in network.parameters()]
    made.train_scores(torch.optim.Adam(made.scores.values(), 0.1), task, images, labels)
    assert all(torch.equal(a, b) for a, b in zip(weights, network.parameters(), strict=True))
    scores = [parameter.clone() for parameter in made.scores.values()]
    assert any(float(row.abs().max().detach()) > 0 for row in scores)
    made.train_weights(torch.optim.SGD(network.parameters(), 0.1), task, images, labels, clip=5.0)
    assert all(torch.equal(a, b) for a, b in zip(scores, made.scores.values(), strict=True))
    assert not all(torch.equal(a, b) for a, b in zip(weights, network.parameters(), strict=True))
