"""Image folders: the class of an image is the folder that it lies in, below a level of splits where there is one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from nas_engine.data.limits import Guard
from nas_engine.data.pictures import Unreadable, decoded, look, resized
from nas_engine.data.source import Row, Source, Survey, split_named
from nas_engine.data.tree import Member, Tree

NO_CLASS = "no class"


class ImageFolders(Source):
    """The images of a tree."""

    def __init__(self, tree: Tree, folders: list[str]) -> None:
        """`folders`: every folder of the tree that holds files."""
        self.name = tree.path.name
        self._tree = tree
        self._places = layout(folders)

    @property
    def size(self) -> int:
        return self._tree.size

    def survey(self, guard: Guard) -> Survey:
        found = Survey()
        for member in self._tree.members(guard):
            split, label = self._places[folder_of(member.name)]
            if label is None:
                continue
            try:
                seen = look(member.read(guard.limits.file_bytes), guard.limits.pixels)
            except Unreadable:
                continue  # told when it is read again
            found.add(split, label, (seen.height, seen.width), seen.colour)
            guard.images(found.total)
        return found

    def rows(self, guard: Guard, colour: bool, height: int, width: int) -> Iterator[Row]:
        for member in self._tree.members(guard):
            split, label = self._places[folder_of(member.name)]
            if label is None:
                yield Row(split, "", member.name, None, NO_CLASS, "it lies in no class's folder")
                continue
            yield self._row(member, split, label, guard, colour, (height, width))

    def _row(self, member: Member, split: str, label: str, guard: Guard, colour: bool, size: tuple[int, int]) -> Row:
        import numpy as np

        limits = guard.limits
        try:
            image = resized(decoded(member.read(limits.file_bytes), limits.pixels, colour), *size)
        except Unreadable as error:
            return Row(split, label, member.name, None, error.reason, str(error))
        return Row(split, label, member.name, np.asarray(image).reshape(*size, -1))


def folder_of(name: str) -> str:
    """The folder of a member, without './'."""
    folder = PurePosixPath(name.replace("\\", "/")).parent.as_posix()
    return "" if folder == "." else folder


def layout(folders: list[str]) -> dict[str, tuple[str, str | None]]:
    """Split and class of each folder that holds files; no class for a folder above the classes.

    The folders that all have in common are left out; then comes a level of splits, where its names say so; then the classes.
    """
    split_paths = {folder: [part for part in folder.split("/") if part] for folder in folders}
    inner = [parts for parts in split_paths.values() if parts]
    common = 0
    while inner and all(len(parts) > common + 1 for parts in inner) and len({parts[common] for parts in inner}) == 1:
        if split_named(inner[0][common]) is not None:
            break
        common += 1
    heads = {parts[common] for parts in inner if len(parts) > common}
    leveled = any(split_named(head) for head in heads) and all(
        len(parts) > common + 1 for parts in inner if len(parts) > common and split_named(parts[common])
    )
    found: dict[str, tuple[str, str | None]] = {}
    for folder, parts in split_paths.items():
        below = parts[common:]
        if not leveled:
            found[folder] = ("train", below[0] if below else None)
            continue
        split = split_named(below[0]) if below else None
        found[folder] = (split or "train", below[1] if split and len(below) > 1 else None)
    return found
