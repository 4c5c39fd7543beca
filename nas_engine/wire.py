"""The one serialiser: values to JSON, tensors to safetensors, both to files that are whole or absent. Never pickle."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from nas_engine.errors import StateMismatch, StorageFailed

if TYPE_CHECKING:
    from torch import Tensor

T = TypeVar("T")
Plain = dict[str, object]  # JSON-ready: strings, finite numbers, booleans, None, lists, dicts with string keys
Tensors = dict[str, "Tensor"]


_adapters: dict[type, TypeAdapter[Any]] = {}


def adapter(kind: type[T]) -> TypeAdapter[T]:
    """The reader and writer of one dataclass; making it costs milliseconds, so each is made once."""
    if kind not in _adapters:
        _adapters[kind] = TypeAdapter(kind)
    return _adapters[kind]


def plain(value: object) -> Plain:
    """A dataclass as plain JSON data."""
    dumped: Plain = adapter(type(value)).dump_python(value, mode="json")
    return dumped


def read(kind: type[T], value: object) -> T:
    """The dataclass that `plain` wrote. Raises StateMismatch where the data is of another shape."""
    try:
        text = canonical(value)
    except (ValueError, TypeError, RecursionError) as error:
        raise StateMismatch(f"stored {kind.__name__}: no plain JSON ({error}); restore it from a backup") from error
    try:
        return adapter(kind).validate_json(text, strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the whole"
        raise StateMismatch(
            f"stored {kind.__name__}: {where}: {first['msg']}; it was written by another version"
        ) from error


def canonical(value: object) -> str:
    """The one JSON text of a value: sorted keys, no spaces, no NaN."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False, ensure_ascii=False)


def digest(value: object) -> str:
    """A 16-character name for a plain value."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()[:16]


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def pack(content: Mapping[str, object], tensors: Mapping[str, Tensor]) -> bytes:
    """Plain data and tensors as one safetensors file.

    safetensors refuses channels-last and shared tensors: a tensor is stored contiguous and its layout noted; one that
    shares its memory with another of the same shape is stored once and noted as an alias.
    """
    import torch
    from safetensors.torch import save

    stored: Tensors = {}
    channels_last: list[str] = []
    aliases: dict[str, str] = {}
    first_at: dict[tuple[object, ...], str] = {}
    for name in sorted(tensors):
        tensor = tensors[name].detach()
        place = (tensor.device, tensor.dtype, tensor.data_ptr(), tuple(tensor.shape), tuple(tensor.stride()))
        if tensor.numel() and place in first_at:
            aliases[name] = first_at[place]
            continue
        first_at[place] = name
        if tensor.dim() == 4 and not tensor.is_contiguous() and tensor.is_contiguous(memory_format=torch.channels_last):
            channels_last.append(name)
        stored[name] = tensor.cpu().contiguous().clone()
    notes = {"content": dict(content), "channels_last": channels_last, "aliases": aliases}
    data: bytes = save(stored, metadata={"spacewright": canonical(notes)})
    return data


def unpack(data: bytes) -> tuple[Plain, Tensors]:
    """What `pack` was given, layouts and aliases restored. Raises StorageFailed for a torn or foreign file."""
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load

    try:
        length = int.from_bytes(data[:8], "little")
        notes: dict[str, Any] = json.loads(json.loads(data[8 : 8 + length])["__metadata__"]["spacewright"])
        tensors: Tensors = load(data)
        for name, tensor in tensors.items():
            if tensor.dtype is torch.bool and bool((tensor.contiguous().view(torch.uint8) > 1).any()):
                raise ValueError(f"{name} holds what is neither true nor false")
        content: Plain = {**notes["content"]}
        for name in notes["channels_last"]:
            tensors[name] = tensors[name].contiguous(memory_format=torch.channels_last)
        for name, original in notes["aliases"].items():
            tensors[name] = tensors[original]
    except (
        SafetensorError,
        ValueError,
        KeyError,
        TypeError,
        RuntimeError,
    ) as error:  # the last: torch's, and JSON that is too deep
        raise StorageFailed(f"{len(data)} bytes are not a whole checkpoint of ours ({error})") from error
    return content, tensors


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file that is either whole or absent: temporary file, fsync, rename, fsync of the folder."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise StorageFailed(f"could not write {path}: {error.strerror or error}; free space or change --out") from error
