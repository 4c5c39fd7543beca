"""Fingerprint of the environment: what exactness depends on."""

from __future__ import annotations

import platform

from nas_engine import __version__


def fingerprint() -> dict[str, str]:
    """Versions, thread count and CPU capability. Two runs are promised to be equal only where these are."""
    import numpy
    import torch

    return {
        "spacewright": __version__,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": numpy.__version__,
        "threads": str(torch.get_num_threads()),
        "cpu": torch.backends.cpu.get_cpu_capability(),
        "machine": platform.machine(),
    }
