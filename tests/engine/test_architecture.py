from __future__ import annotations

import pytest

from nas_engine.architecture import Architecture
from nas_engine.wire import plain, read

CHAIN = Architecture("chain", "0123456789abcdef", ("conv3", "skip", "mb3_e6"))


def test_a_key_is_sixteen_hexadecimal_characters_and_the_same_on_every_machine() -> None:
    assert CHAIN.key == "403ec04b2c2178d4"


@pytest.mark.parametrize(
    "other",
    [
        Architecture("cells", CHAIN.skeleton, CHAIN.genes),
        Architecture(CHAIN.kind, "0123456789abcdee", CHAIN.genes),
        Architecture(CHAIN.kind, CHAIN.skeleton, ("skip", "conv3", "mb3_e6")),
        Architecture(CHAIN.kind, CHAIN.skeleton, ("conv3", "skip")),
        Architecture(CHAIN.kind, CHAIN.skeleton, ("conv3", "skip,mb3_e6")),
    ],
)
def test_another_kind_skeleton_or_gene_gives_another_architecture_and_key(other: Architecture) -> None:
    assert other != CHAIN
    assert other.key != CHAIN.key


def test_equal_architectures_share_hash_and_key() -> None:
    twin = Architecture("chain", "0123456789abcdef", ("conv3", "skip", "mb3_e6"))
    assert twin == CHAIN
    assert hash(twin) == hash(CHAIN)
    assert twin.key == CHAIN.key


@pytest.mark.parametrize("position", [0, 1, 2])
def test_one_gene_is_replaced_and_the_original_stays(position: int) -> None:
    changed = CHAIN.with_gene(position, "none")
    assert [a == b for a, b in zip(changed.genes, CHAIN.genes, strict=True)] == [i != position for i in range(3)]
    assert changed.genes[position] == "none"
    assert (changed.kind, changed.skeleton) == (CHAIN.kind, CHAIN.skeleton)
    assert CHAIN.genes == ("conv3", "skip", "mb3_e6")


def test_a_changed_architecture_has_its_own_key() -> None:
    assert CHAIN.key
    assert CHAIN.with_gene(0, "conv5").key != CHAIN.key


def test_an_architecture_reads_back_from_plain_data_also_once_its_key_was_asked_for() -> None:
    assert CHAIN.key
    assert plain(CHAIN) == {"kind": "chain", "skeleton": "0123456789abcdef", "genes": ["conv3", "skip", "mb3_e6"]}
    assert read(Architecture, plain(CHAIN)) == CHAIN
