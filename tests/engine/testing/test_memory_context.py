"""The context that tests give to components behaves as a worker's."""

from __future__ import annotations

import pytest
import torch

from nas_engine.errors import Cancelled, StorageFailed
from nas_engine.events import Event, Warned
from nas_engine.testing import MemoryContext
from nas_engine.work import Context, Stored, out_of_time, tell


def context() -> MemoryContext:
    made = MemoryContext()
    protocol: Context = made  # mypy holds it against the protocol
    assert protocol is made
    return made


def test_a_file_that_was_put_is_got_by_its_pointer() -> None:
    store = context().store
    stored = store.put("weights.safetensors", b"bytes")
    assert store.get(stored) == b"bytes"
    with pytest.raises(StorageFailed, match=r"no file weights\.safetensors"):
        store.get(Stored("weights.safetensors", "another checksum"))


def test_a_fact_that_was_told_before_is_ignored() -> None:
    made = context()
    tell(made, "first", Warned(0, "once"))
    made.emit(Event("0-test/first", Warned(0, "twice")))
    tell(made, "second", Warned(0, "once more"))
    assert made.facts == [Warned(0, "once"), Warned(0, "once more")]


def test_it_is_never_cancelled_and_never_due_unless_told_so() -> None:
    made = context()
    for _ in range(1000):
        made.check()
    assert not made.checkpoint_due()
    assert made.spent() == 0
    assert not out_of_time(made)


def test_it_is_cancelled_after_as_many_checks_as_it_was_told() -> None:
    made = MemoryContext(checks=2, tick=0.5)
    made.check()
    made.check()
    with pytest.raises(Cancelled):
        made.check()
    assert made.spent() == 1.0


def test_a_checkpoint_is_a_copy() -> None:
    made, weight = context(), torch.ones(3)
    made.checkpoint({"position": 1}, {"weight": weight})
    weight.add_(1)
    restored = made.restored()
    assert restored is not None
    content, tensors = restored
    assert content == {"position": 1}
    assert tensors["weight"].tolist() == [1, 1, 1]


def test_the_next_attempt_knows_the_facts_of_the_last_checkpoint_and_the_seconds_of_them_all() -> None:
    made = MemoryContext(due=True, checks=3, tick=1.0)
    for number in range(3):
        made.check()
        tell(made, str(number), Warned(0, str(number)))
        made.gauge(number, 3, {})
        if number == 1:
            made.checkpoint({}, {})
    again = made.again()
    assert again.facts == [Warned(0, "0"), Warned(0, "1")]
    assert again.spent() == 3.0
    assert again.gauges == []
    assert again.checkpoint_due()
    again.check()
    tell(again, "other", Warned(0, "other"))
    assert len(made.facts) == 3, "the attempts share their list of events"


def test_an_attempt_that_died_before_its_first_checkpoint_left_nothing() -> None:
    made = context()
    tell(made, "first", Warned(0, "lost"))
    again = made.again()
    assert again.facts == []
    assert again.restored() is None
