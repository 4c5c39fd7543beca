"""Whatever is wrong with a file, it is refused in a sentence, and nothing is left behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from nas_engine.data import Limits, pack
from nas_engine.errors import BadData
from tests.malformed import DAMAGED, MALFORMED, Damaged, Malformed


@pytest.mark.parametrize("one", MALFORMED, ids=lambda one: one.name)
def test_it_is_refused_by_name_and_nothing_is_left(one: Malformed, tmp_path: Path) -> None:
    source = one.written(tmp_path)
    with pytest.raises(BadData, match=one.said) as refusal:
        pack(source, tmp_path / "packed", limits=Limits(**one.limits))
    assert "\n" not in str(refusal.value)
    assert list(tmp_path.iterdir()) == [source]


@pytest.mark.parametrize("one", DAMAGED, ids=lambda one: one.name)
def test_it_is_packed_without_what_is_broken(one: Damaged, tmp_path: Path) -> None:
    report = pack(one.written(tmp_path), tmp_path / "packed")
    assert report.index.failed == one.failed
    assert len(report.index.failures) == sum(one.failed.values())
    assert report.index.images == {"train": 6}
    assert "left out of the images" in " ".join(report.remarks)
