"""Handwritten digits: 1,797 images of 8 x 8 pixels that ship inside scikit-learn (Alpaydin 1998, UCI)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Images:
    """Raw labelled images. **Shapes**: pixels (N, C, H, W), labels (N,)."""

    pixels: NDArray[np.float32]
    labels: NDArray[np.int64]
    classes: tuple[str, ...]


@lru_cache(maxsize=1)
def digits() -> Images:
    """Pixels are whole numbers from 0 to 16."""
    import numpy as np
    from sklearn.datasets import load_digits

    data = load_digits()
    return Images(data.images[:, None].astype(np.float32), data.target.astype(np.int64), tuple("0123456789"))
