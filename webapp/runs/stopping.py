"""The wish that this worker stop, told by its main process to the one that performs Work."""

from __future__ import annotations

import mmap

# Anonymous shared memory, made before the worker forks: both processes see one byte.
_told = mmap.mmap(-1, 1)


def stop_soon() -> None:
    """After: Work here is left at its next boundary and handed back."""
    _told[0] = 1


def stopping() -> bool:
    """Whether this worker is to stop."""
    return bool(_told[0])
