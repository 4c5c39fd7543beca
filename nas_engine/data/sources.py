"""Which kind of source a path is: found by content, so that a wrong ending does no harm."""

from __future__ import annotations

import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from nas_engine.data.folders import ImageFolders, folder_of
from nas_engine.data.idx import IdxFiles, idx_name
from nas_engine.data.limits import Guard, Limits
from nas_engine.data.npz import NpzFile
from nas_engine.data.pictures import Unreadable
from nas_engine.data.source import Source
from nas_engine.data.streams import packing
from nas_engine.data.tree import BROKEN, Folder, Member, Tar, Tree, Zip
from nas_engine.errors import BadData

WANTED = "IDX files, an .npz file, a folder of images by class, or a .zip, .tar, .tar.gz, .tar.bz2 or .tar.xz of any of these"


@contextmanager
def opened(path: Path, limits: Limits, check: Callable[[], None] | None = None) -> Iterator[Source]:
    """The source that a path is. Raises BadData, saying what was found and what is wanted."""
    if not path.exists():
        raise BadData(f"{path} does not exist; wanted {WANTED}")
    with tempfile.TemporaryDirectory() as folder:
        try:
            source = _source(path, Path(folder), limits, check)
        except PermissionError as error:
            raise BadData(f"cannot read {error.filename}: {error.strerror}") from error
        yield source


def _source(path: Path, folder: Path, limits: Limits, check: Callable[[], None] | None) -> Source:
    tree = _tree(path)
    return NpzFile(path) if tree is None else _inside(tree, Guard(path.name, tree.size, limits, check), folder)


def _tree(path: Path) -> Tree | None:
    """A path as a stream of files; None for an NPZ file, which is read by name."""
    if path.is_dir():
        return Folder(path)
    if not path.is_file():
        raise BadData(f"{path} is neither a file nor a folder; wanted {WANTED}")
    found = idx_name(path.name)
    if found is not None:
        stem = path.name[: path.name.rindex(found[1])]
        beside = (name.name for name in path.parent.iterdir() if idx_name(name.name) and name.name.startswith(stem))
        return Folder(path.parent, frozenset(beside))
    with path.open("rb") as file:
        head = file.read(512)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return None if _is_npz(path) else Zip(path)
    if packing(head) or head[257:262] == b"ustar" or tarfile.is_tarfile(path):
        return Tar(path)
    raise BadData(f"{path.name} is not a kind of file that is read; wanted {WANTED}")


def _is_npz(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as file:
            names = file.namelist()
    except (*BROKEN, OSError):
        return path.suffix == ".npz"
    return path.suffix == ".npz" or (bool(names) and all(name.endswith(".npy") for name in names))


def _inside(tree: Tree, guard: Guard, folder: Path) -> Source:
    """The source that the files of a tree are. An NPZ among them is read from a copy in `folder`."""
    folders: dict[str, None] = {}
    idx: list[str] = []
    for member in tree.members(guard):
        if idx_name(member.name) is not None:
            idx.append(member.name)
        elif member.name.endswith(".npz"):
            return NpzFile(_copied(member, folder / Path(member.name).name, guard))
        else:
            folders[folder_of(member.name)] = None
    if idx:
        return IdxFiles(tree, idx)
    if not folders:
        raise BadData(f"{tree.path.name} holds no files; wanted {WANTED}")
    return ImageFolders(tree, list(folders))


def _copied(member: Member, to: Path, guard: Guard) -> Path:
    try:
        with closing(member.open()) as stream, to.open("wb") as file:
            if member.link:
                raise BadData(f"{member.name} is a link; give the file itself")
            while data := stream.read(1 << 20):
                guard.breathe()
                file.write(data)
    except Unreadable as error:
        raise BadData(f"{member.name}: {error}") from error
    return to
