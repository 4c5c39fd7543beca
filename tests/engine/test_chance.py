from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from nas_engine.chance import Chance, seed_from
from nas_engine.errors import StateMismatch
from nas_engine.wire import plain, read

DRAWS: dict[str, Callable[[Chance], object]] = {
    "below": lambda chance: chance.below(10),
    "below a large limit": lambda chance: chance.below(2**40),
    "uniform": lambda chance: chance.uniform(),
    "pick": lambda chance: chance.pick("abcdefg"),
    "sample": lambda chance: chance.sample(range(100), 7),
    "permutation": lambda chance: chance.permutation(9),
}


def all_draws(chance: Chance) -> list[object]:
    return [draw(chance) for draw in DRAWS.values()]


def test_a_seed_depends_on_every_part_and_where_it_ends() -> None:
    seeds = [
        seed_from(1, "ab", "c"),
        seed_from(1, "a", "bc"),
        seed_from(2, "ab", "c"),
        seed_from("ab", "c"),
        seed_from(),
    ]
    assert len(set(seeds)) == 5


def test_a_seed_is_the_same_on_every_machine_and_fits_63_bits() -> None:
    assert seed_from(7, "chain", 0) == 7285605699837200463
    assert all(0 <= seed_from(i) < 2**63 for i in range(200))
    assert max(seed_from(i) for i in range(200)) > 2**61


def test_one_seed_gives_one_sequence_and_another_seed_another() -> None:
    assert all_draws(Chance(5)) == all_draws(Chance(5))
    assert all_draws(Chance(5)) != all_draws(Chance(6))


def test_below_gives_every_number_under_its_limit_about_equally_often() -> None:
    chance = Chance(1)
    seen = Counter(chance.below(4) for _ in range(4_000))
    assert set(seen) == {0, 1, 2, 3}
    assert min(seen.values()) > 850


def test_uniform_stays_from_zero_to_under_one() -> None:
    chance = Chance(1)
    drawn = [chance.uniform() for _ in range(2_000)]
    assert 0 <= min(drawn) < 0.01
    assert 0.99 < max(drawn) < 1
    assert sum(drawn) / 2_000 == pytest.approx(0.5, abs=0.03)


def test_pick_gives_each_item_about_equally_often() -> None:
    chance = Chance(2)
    seen = Counter(chance.pick("abc") for _ in range(3_000))
    assert min(seen.values()) > 850


def test_a_sample_is_of_distinct_positions_and_its_order_is_random() -> None:
    chance = Chance(3)
    samples = [tuple(chance.sample("aabc", 2)) for _ in range(400)]
    assert ("a", "a") in samples
    assert {("b", "c"), ("c", "b")} <= set(samples)
    assert ("b", "b") not in samples


def test_a_sample_of_more_than_there_is_is_all_there_is() -> None:
    assert sorted(Chance(3).sample("cab", 9)) == ["a", "b", "c"]
    assert Chance(3).sample("", 2) == []


def test_a_permutation_holds_every_number_once() -> None:
    assert sorted(Chance(4).permutation(50)) == list(range(50))
    assert Chance(4).permutation(50) != list(range(50))


# ------------------------------------------------------------------------------------------------------ saved, restored


@pytest.mark.parametrize("first", DRAWS)
def test_a_restored_chance_draws_what_the_undisturbed_one_would_have_drawn(first: str) -> None:
    chance = Chance(9)
    DRAWS[first](chance)
    other = Chance.restored(json.loads(json.dumps(chance.save())))
    assert all_draws(other) == all_draws(chance)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(seed=st.integers(0, 2**63 - 1), before=st.lists(st.sampled_from(sorted(DRAWS)), max_size=6))
def test_whatever_was_drawn_before_a_restored_chance_goes_on_as_the_undisturbed_one(
    seed: int, before: list[str]
) -> None:
    chance = Chance(seed)
    for name in before:
        DRAWS[name](chance)
    assert all_draws(Chance.restored(chance.save())) == all_draws(chance)


def test_saving_draws_nothing() -> None:
    chance = Chance(9)
    chance.save()
    assert all_draws(chance) == all_draws(Chance(9))


@dataclass(frozen=True)
class Memory:
    """State of a brain that draws."""

    chance: Chance
    turn: int


def test_a_chance_inside_a_state_is_plain_data_and_reads_back() -> None:
    chance = Chance(11)
    chance.below(10)  # numpy keeps half of its 64-bit draw for the next
    stored = json.loads(json.dumps(plain(Memory(chance, 3))))
    assert stored["chance"] == chance.save()
    memory = read(Memory, stored)
    assert memory.turn == 3
    assert all_draws(memory.chance) == all_draws(chance)


@pytest.mark.parametrize(
    "broken",
    [
        5,
        None,
        {"state": "many", "inc": "1"},
        {"state": 1, "inc": 1},
        {},
    ],
)
def test_a_stored_chance_of_another_form_is_refused(broken: object) -> None:
    with pytest.raises(StateMismatch, match="stored Memory: chance"):
        read(Memory, {"chance": broken, "turn": 3})


# ---------------------------------------------------------------------------------------------------- torch's generator


def test_torch_is_seeded_from_the_state_and_each_time_anew() -> None:
    drawn = []
    chance, twin = Chance(12), Chance(12)
    for one in (chance, twin, chance):
        one.seed_torch()
        drawn.append(torch.rand(3))
    assert torch.equal(drawn[0], drawn[1])
    assert not torch.equal(drawn[0], drawn[2])


def test_torch_s_generator_is_put_back_after_it_was_owned() -> None:
    torch.manual_seed(1)
    undisturbed = torch.rand(5)
    torch.manual_seed(1)
    with Chance(13).owning_torch():
        inside = torch.rand(5)
    assert torch.equal(torch.rand(5), undisturbed)
    assert not torch.equal(inside, undisturbed)


def test_torch_s_generator_is_put_back_after_an_error_too() -> None:
    before = torch.get_rng_state()
    with pytest.raises(ZeroDivisionError), Chance(13).owning_torch():
        _ = torch.rand(5), 1 / 0
    assert torch.equal(torch.get_rng_state(), before)


def test_what_torch_draws_while_owned_is_a_function_of_the_state() -> None:
    drawn = []
    for outside in (1, 2):
        torch.manual_seed(outside)
        with Chance(14).owning_torch():
            drawn.append(torch.rand(5))
    assert torch.equal(drawn[0], drawn[1])


def test_positions_are_drawn_with_replacement_row_by_row() -> None:
    drawn = Chance(0).positions(2000, 4)
    assert drawn.shape == (2000, 4)
    counts = [int((drawn == position).sum()) for position in range(4)]
    assert sum(counts) == 8000
    assert all(1800 <= count <= 2200 for count in counts)
    assert any(len(set(row)) < 4 for row in drawn.tolist())
    assert (drawn == Chance(0).positions(2000, 4)).all()
