from __future__ import annotations

import errno
import json
import os
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import torch
from safetensors.torch import save
from torch import nn

from nas_engine.errors import StateMismatch, StorageFailed
from nas_engine.wire import adapter, canonical, digest, pack, plain, read, sha256, unpack, write_atomically


@dataclass(frozen=True)
class Leaf:
    name: str
    sizes: tuple[int, ...] = ()


@dataclass(frozen=True)
class Tree:
    leaf: Leaf
    score: float | None = None
    by_key: dict[str, Leaf] = field(default_factory=dict)


TREE = Tree(Leaf("oak", (1, 2)), 0.1, {"b": Leaf("é"), "a": Leaf("ash", (3,))})


# ----------------------------------------------------------------------------------------------------------- plain data


def test_a_dataclass_becomes_plain_data_and_reads_back() -> None:
    assert plain(TREE) == {
        "leaf": {"name": "oak", "sizes": [1, 2]},
        "score": 0.1,
        "by_key": {"b": {"name": "é", "sizes": []}, "a": {"name": "ash", "sizes": [3]}},
    }
    assert read(Tree, json.loads(json.dumps(plain(TREE)))) == TREE


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"score": "high"}, "score"),
        ({"score": "0.5"}, "score"),
        ({"leaf": 3}, "leaf"),
        ({"leaf": {"sizes": [1]}}, "leaf.name"),
        ({"leaf": {"name": "oak", "sizes": [1, "2"]}}, "leaf.sizes.1"),
        ({"leaf": {"name": "oak", "sizes": [1.5]}}, "leaf.sizes.0"),
        ({"by_key": {"a": None}}, "by_key.a"),
    ],
)
def test_data_of_another_shape_is_refused_at_the_place_where_it_differs(change: dict[str, object], where: str) -> None:
    with pytest.raises(StateMismatch, match=rf"stored Tree: {where}: .*; it was written by another version"):
        read(Tree, plain(TREE) | change)


@pytest.mark.parametrize("value", [None, [], "tree", 3])
def test_data_that_is_no_record_at_all_is_refused(value: object) -> None:
    with pytest.raises(StateMismatch, match="stored Tree: the whole"):
        read(Tree, value)


@pytest.mark.parametrize("value", [float("nan"), {"a": float("inf")}, {"a": {1, 2}}])
def test_data_that_is_no_plain_json_is_refused(value: object) -> None:
    with pytest.raises(StateMismatch, match="no plain JSON"):
        read(Leaf, value)


def test_the_reader_of_a_dataclass_is_made_once() -> None:
    assert adapter(Tree) is adapter(Tree)
    assert adapter(Tree) is not adapter(Leaf)


def test_the_canonical_text_sorts_keys_and_has_no_spaces() -> None:
    assert canonical({"b": [1, 2.5, None, True], "a": "é"}) == '{"a":"é","b":[1,2.5,null,true]}'


def test_equal_values_have_one_canonical_text_whatever_their_order() -> None:
    assert canonical({"a": 1, "b": {"c": 2, "d": 3}}) == canonical({"b": {"d": 3, "c": 2}, "a": 1})


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_the_canonical_text_refuses_what_json_cannot_say(value: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical({"loss": value})


@pytest.mark.parametrize("value", [{1, 2}, b"bytes", object(), Leaf("oak")])
def test_the_canonical_text_refuses_what_is_not_plain(value: object) -> None:
    with pytest.raises(TypeError):
        canonical(value)


def test_a_digest_is_sixteen_characters_and_the_same_on_every_machine() -> None:
    assert digest({"b": 1, "a": [2]}) == digest({"a": [2], "b": 1}) == "63c9663de90ee828"
    assert digest({"a": [2], "b": 2}) != digest({"a": [2], "b": 1})


def test_sha256_is_the_usual_one() -> None:
    assert sha256(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


# -------------------------------------------------------------------------------------------------------------- tensors


def test_content_and_tensors_come_back_as_they_were() -> None:
    tensors = {
        "float": torch.randn(3, 4),
        "double": torch.randn(2, dtype=torch.float64),
        "count": torch.tensor(7),
        "flags": torch.tensor([True, False]),
        "empty": torch.empty(0, 3),
        "bytes": torch.arange(5, dtype=torch.uint8),
    }
    content, back = unpack(pack({"step": 3, "names": ["a", None]}, tensors))
    assert content == {"step": 3, "names": ["a", None]}
    assert back.keys() == tensors.keys()
    for name, tensor in tensors.items():
        assert back[name].dtype == tensor.dtype
        assert torch.equal(back[name], tensor)


def test_a_checkpoint_may_hold_no_tensor() -> None:
    assert unpack(pack({"step": 3}, {})) == ({"step": 3}, {})


def test_a_channels_last_tensor_comes_back_channels_last() -> None:
    weight = torch.randn(4, 3, 5, 5).to(memory_format=torch.channels_last)
    back = unpack(pack({}, {"weight": weight, "usual": weight.contiguous()}))[1]
    assert torch.equal(back["weight"], weight)
    assert back["weight"].stride() == weight.stride()
    assert back["usual"].is_contiguous()


def test_a_transposed_or_sliced_tensor_comes_back_with_its_values() -> None:
    table = torch.arange(12.0).reshape(3, 4)
    back = unpack(pack({}, {"transposed": table.T, "sliced": table[:, 1:3], "expanded": table[:1].expand(5, 4)}))[1]
    assert torch.equal(back["transposed"], table.T)
    assert torch.equal(back["sliced"], table[:, 1:3])
    assert torch.equal(back["expanded"], table[:1].expand(5, 4))


def test_a_tensor_under_two_names_is_stored_once_and_shared_again() -> None:
    shared = torch.randn(1_000)
    once, twice = pack({}, {"a": shared}), pack({}, {"b": shared, "a": shared})
    assert len(twice) < len(once) + 1_000
    back = unpack(twice)[1]
    back["a"][0] = 42
    assert back["b"][0] == 42


def test_tied_weights_of_a_network_are_tied_again() -> None:
    network = nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 4))
    network[1].weight = network[0].weight
    back = unpack(pack({}, network.state_dict()))[1]
    assert back["0.weight"] is back["1.weight"]
    assert back["0.bias"] is not back["1.bias"]


def test_a_channels_last_tensor_under_two_names_is_channels_last_under_both() -> None:
    weight = torch.randn(4, 3, 5, 5).to(memory_format=torch.channels_last)
    back = unpack(pack({}, {"a": weight, "b": weight}))[1]
    assert back["a"].stride() == back["b"].stride() == weight.stride()
    assert back["a"] is back["b"]


def test_views_of_one_memory_with_other_shapes_keep_their_own_values() -> None:
    memory = torch.arange(6.0)
    back = unpack(pack({}, {"all": memory, "start": memory[:3], "end": memory[3:], "square": memory.view(2, 3)}))[1]
    assert torch.equal(back["start"], memory[:3])
    assert torch.equal(back["end"], memory[3:])
    assert torch.equal(back["square"], memory.view(2, 3))


def test_a_view_of_one_memory_as_another_type_keeps_its_type() -> None:
    memory = torch.arange(6.0)
    back = unpack(pack({}, {"float": memory, "int": memory.view(torch.int32)}))[1]
    assert back["int"].dtype == torch.int32
    assert torch.equal(back["int"], memory.view(torch.int32))


def test_packing_needs_no_gradient_and_copies() -> None:
    weight = nn.Parameter(torch.ones(3))
    data = pack({}, {"weight": weight})
    with torch.no_grad():
        weight.add_(1)
    back = unpack(data)[1]["weight"]
    assert back.tolist() == [1, 1, 1]
    assert not back.requires_grad


def test_the_same_values_give_the_same_bytes_in_any_order() -> None:
    a, b = torch.ones(2), torch.zeros(3)
    one = pack({"x": 1, "y": 2}, {"a": a, "b": b, "shared": a})
    assert one == pack({"y": 2, "x": 1}, {"shared": a, "b": b, "a": a})


WHOLE = pack({"step": 3}, {"weight": torch.ones(10)})


@pytest.mark.parametrize("length", [0, 4, 8, 20, len(WHOLE) // 2, len(WHOLE) - 40, len(WHOLE) - 1])
def test_a_torn_file_is_refused(length: int) -> None:
    with pytest.raises(StorageFailed, match=f"{length} bytes are not a whole checkpoint"):
        unpack(WHOLE[:length])


@pytest.mark.parametrize(
    "data",
    [
        b"\xff" * 100,
        b"PK\x03\x04" + bytes(100),
        WHOLE + b"more",
        save({"weight": torch.ones(3)}),
        save({"weight": torch.ones(3)}, metadata={"format": "pt"}),
        save({"weight": torch.ones(3)}, metadata={"spacewright": "not json"}),
    ],
)
def test_a_foreign_file_is_refused(data: bytes) -> None:
    with pytest.raises(StorageFailed, match="are not a whole checkpoint of ours"):
        unpack(data)


def test_a_mask_that_is_neither_true_nor_false_is_refused() -> None:
    whole = pack({}, {"mask": torch.tensor([True, False])})
    assert whole.endswith(b"\x01\x00")
    with pytest.raises(StorageFailed, match="mask holds what is neither true nor false"):
        unpack(whole[:-2] + b"\x02\x00")


@pytest.mark.parametrize(
    "notes",
    [
        *(
            "{}",
            "[]",
            '{"content": {}, "channels_last": ["lost"], "aliases": {}}',
            '{"channels_last": [], "aliases": {}}',
        ),
        '{"content": {}, "channels_last": ["weight"], "aliases": {}}',
        '{"content": 7, "channels_last": [], "aliases": {}}',
        "[" * 100_000,
    ],
)
def test_a_file_with_other_notes_than_ours_is_refused(notes: str) -> None:
    with pytest.raises(StorageFailed):
        unpack(save({"weight": torch.ones(3)}, metadata={"spacewright": notes}))


# ---------------------------------------------------------------------------------------------------------------- files


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def test_a_file_is_written_whole_and_its_folder_made(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "state.bin"
    write_atomically(path, b"whole")
    assert path.read_bytes() == b"whole"
    assert names_in(path.parent) == ["state.bin"]


def test_a_file_replaces_the_one_before(tmp_path: Path) -> None:
    path = tmp_path / "state.bin"
    write_atomically(path, b"before, and longer")
    write_atomically(path, b"after")
    assert path.read_bytes() == b"after"
    assert names_in(tmp_path) == ["state.bin"]


def test_who_reads_the_file_before_goes_on_reading_it_whole(tmp_path: Path) -> None:
    path = tmp_path / "state.bin"
    write_atomically(path, b"before")
    with path.open("rb") as file:
        write_atomically(path, b"after")
        assert file.read() == b"before"


def test_data_is_on_the_disk_before_the_name_is_and_the_name_before_it_returns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, steps = tmp_path / "state.bin", []
    monkeypatch.setattr(os, "fsync", lambda _: steps.append("synced, named" if path.exists() else "synced, unnamed"))
    write_atomically(path, b"whole")
    assert steps == ["synced, unnamed", "synced, named"]


def full_disk(_: int) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_on_a_full_disk_the_file_before_stays_and_nothing_else_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "state.bin"
    write_atomically(path, b"before")
    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(StorageFailed, match=r"could not write .*state\.bin: No space left on device"):
        write_atomically(path, b"after")
    assert path.read_bytes() == b"before"
    assert names_in(tmp_path) == ["state.bin"]


def test_where_a_folder_has_the_file_s_name_nothing_is_left_behind(tmp_path: Path) -> None:
    path = tmp_path / "state.bin"
    path.mkdir()
    with pytest.raises(StorageFailed, match="could not write"):
        write_atomically(path, b"whole")
    assert names_in(tmp_path) == ["state.bin"]


def test_where_a_file_has_the_folder_s_name_writing_fails_as_storage(tmp_path: Path) -> None:
    (tmp_path / "folder").write_bytes(b"in the way")
    with pytest.raises(StorageFailed, match="could not write"):
        write_atomically(tmp_path / "folder" / "state.bin", b"whole")
