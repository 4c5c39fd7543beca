"""One thread a test process: xdist runs two, and sums in another order would be other sums."""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = "1"  # before anything imports torch, which reads it then
