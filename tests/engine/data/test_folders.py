from __future__ import annotations

import pytest

from nas_engine.data.folders import folder_of, layout


@pytest.mark.parametrize(
    ("folders", "wanted"),
    [
        (["cat", "dog"], {"cat": ("train", "cat"), "dog": ("train", "dog")}),
        (["a/b/cat", "a/b/dog"], {"a/b/cat": ("train", "cat"), "a/b/dog": ("train", "dog")}),
        (
            ["x/train/cat", "x/train/dog", "x/test/cat"],
            {"x/train/cat": ("train", "cat"), "x/test/cat": ("test", "cat")},
        ),
        (["train/cat", "train/dog"], {"train/cat": ("train", "cat")}),
        (["Training/cat", "VAL/cat"], {"Training/cat": ("train", "cat"), "VAL/cat": ("validation", "cat")}),
        (["cat/old", "cat/new", "dog"], {"cat/old": ("train", "cat"), "cat/new": ("train", "cat")}),
        (["train/cat/old", "train/dog"], {"train/cat/old": ("train", "cat")}),
        (["", "cat", "dog"], {"": ("train", None), "cat": ("train", "cat")}),
        (["train", "train/cat", "test/cat"], {"train": ("train", "train")}),
        (["test", "exam"], {"test": ("train", "test"), "exam": ("train", "exam")}),  # a class of that name
        (["cat"], {"cat": ("train", "cat")}),
    ],
)
def test_split_and_class_are_read_from_the_path(folders: list[str], wanted: dict[str, tuple[str, str | None]]) -> None:
    found = layout(folders)
    assert {folder: found[folder] for folder in wanted} == wanted


@pytest.mark.parametrize(
    ("name", "folder"), [("./cat/a.png", "cat"), ("cat\\a.png", "cat"), ("a.png", ""), ("a//b/c.png", "a/b")]
)
def test_the_folder_of_a_member_is_written_in_one_way(name: str, folder: str) -> None:
    assert folder_of(name) == folder
