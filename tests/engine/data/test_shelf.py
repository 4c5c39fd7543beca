from __future__ import annotations

from pathlib import Path

import pytest

from nas_engine.data import Shelf, shelf
from nas_engine.errors import BadData
from tests.samples import folders, laid, mnist


def test_content_that_is_kept_twice_is_there_once(tmp_path: Path) -> None:
    kept = Shelf(tmp_path / "shelf")
    first, again = (kept.keep(laid(mnist(), tmp_path / name)) for name in ("one", "two"))
    assert first.folder == again.folder == kept.place(first.index.sha256)
    assert [path.name for path in kept.folder.iterdir()] == [first.index.sha256]
    assert kept.find(first.index.sha256).index == first.index


def test_what_is_refused_leaves_the_shelf_as_it_was(tmp_path: Path) -> None:
    kept = Shelf(tmp_path / "shelf")
    with pytest.raises(BadData, match="the one class"):
        kept.keep(laid(folders(classes=("cat",)), tmp_path / "mine"))
    assert list(kept.folder.iterdir()) == []


def test_what_is_not_there_is_named_with_the_cure(tmp_path: Path) -> None:
    with pytest.raises(BadData, match=r"the data abababababab are not in .*; upload or pack them there again"):
        Shelf(tmp_path).find("ab" * 32)


def test_the_shelf_of_a_process_is_where_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    assert shelf().folder == tmp_path / "data"
    monkeypatch.delenv("DATA_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    assert shelf().folder == tmp_path / "caches" / "spacewright" / "data"
