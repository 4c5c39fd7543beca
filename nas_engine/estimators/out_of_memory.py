"""Out of memory: how it is recognised, what to do about it, and how what was held is let go, so that the worker lives on."""

from __future__ import annotations

import gc
import traceback
from collections.abc import Callable, Mapping

from nas_engine.candidate import Answer, Candidate, Failure

# of plain RuntimeErrors: torch has a type of its own only for its caching allocators
SIGNS = ("DefaultCPUAllocator", "STATUS_ALLOC_FAILED", "CUDA error: out of memory")


def is_out_of_memory(error: BaseException) -> bool:
    """Whether a device or the machine had no more memory to give."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    return isinstance(error, RuntimeError) and any(sign in str(error) for sign in SIGNS)


def advice(part: str, fields: Mapping[str, object]) -> str:
    """What to say: the field of a component that holds the size of a batch, and the cure."""
    found = [f"{part}.{name} (now {value})" for name, value in fields.items() if name.endswith(("batch", "batch_size"))]
    lower = f"lower {' and '.join(found)}, or " if found else ""
    return f"the device ran out of memory; {lower}use smaller networks: lower budget.network or the skeleton's widths"


def advice_for(payload: Mapping[str, object]) -> str:
    """The same for a Work, whose payload holds its trainer or estimator."""
    for part in ("trainer", "estimator"):
        fields = payload.get(part)
        if isinstance(fields, Mapping):
            return advice(part, fields)
    return advice("", {})


def let_go(error: BaseException) -> None:
    """Drop what an error's traceback holds (the network, its activations), collect it, and empty the device's cache."""
    import torch

    traceback.clear_frames(error.__traceback__)  # in case somebody else holds it
    # and nobody through this error: a cleared frame still holds its function's closure
    error.__traceback__ = error.__cause__ = error.__context__ = None
    gc.collect()
    if torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
        torch.cuda.empty_cache()


def spared(candidate: Candidate, fields: Mapping[str, object], answer: Callable[[], Answer]) -> Answer:
    """An estimator's answer to one candidate; its Failure where the memory does not suffice, so that the others are answered.

    `fields`: the estimator's. It is not asked again: the same network would need the same memory.
    """
    try:
        return answer()
    except Exception as error:
        if not is_out_of_memory(error):
            raise
        let_go(error)
        return Failure(candidate, "out of memory", advice("estimator", fields))
