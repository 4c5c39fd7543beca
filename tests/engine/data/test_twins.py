from __future__ import annotations

from nas_engine.data.twins import Twins


def test_a_leak_is_of_the_later_split_whichever_is_read_first() -> None:
    for order in (("train", "test"), ("test", "train")):
        twins = Twins()
        held = {"train": [b"a", b"b", b"a"], "test": [b"c", b"a", b"a", b"b"]}
        for split in order:
            for position, pixels in enumerate(held[split]):
                twins.note(split, pixels, position)
        names = {split: lambda split=split: [f"{split} {n}" for n in range(9)] for split in order}
        counts, pairs = twins.leaks(names)
        assert counts == {"train/test": 3}
        assert set(pairs) == {("train 0", "test 1"), ("train 1", "test 3")}
        assert twins.duplicates == {"train": 1, "test": 1}


def test_only_the_first_leaks_are_named() -> None:
    twins = Twins()
    for split in ("train", "validation", "test"):
        for position in range(30):
            twins.note(split, bytes([position]), position)
    names = dict.fromkeys(("train", "validation", "test"), lambda: [str(n) for n in range(30)])
    counts, pairs = twins.leaks(names)
    assert counts == {"train/validation": 30, "train/test": 30, "validation/test": 30}
    assert len(pairs) == 20
