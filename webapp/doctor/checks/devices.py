"""Whether torch can use the devices that this machine's workers are given. Asked of a process of its own for each."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

from webapp.doctor.finding import Finding
from webapp.environment import environment
from webapp.launch.devices import Device
from webapp.launch.devices import devices as devices_of
from webapp.launch.refusal import CannotStart

PATIENCE = 180  # seconds
ASKED = """
import torch
device = torch.device({device!r})
assert float(torch.ones(8, device=device).sum()) == 8.0
"""


def devices() -> Iterator[Finding]:
    """On each, a sum can be computed."""
    try:
        found = devices_of(environment.devices)
    except CannotStart as error:
        yield Finding.of(error)
        return
    for device in found:
        if why := _refused(device):
            yield Finding(
                f"torch cannot use {device.label}, which a worker of this machine is given: {why}", _cure(device)
            )


def _refused(device: Device) -> str:
    """Why not; empty where it can."""
    code = ASKED.format(device=device.variables["DEVICE"])
    try:
        asked = subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, **device.variables},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"it did not answer for {PATIENCE} s"
    said = asked.stderr.strip().splitlines() or ["it ended without a word"]
    return "" if asked.returncode == 0 else said[-1]


def _cure(device: Device) -> str:
    if not device.gpu:
        return "install what is pinned, with `make run` or `make .venv`"
    return (
        "install a build of torch for this GPU's driver (`make run TORCH_INDEX=...`), put the driver right"
        " (`nvidia-smi` lists what it sees), or leave the device out, as in DEVICES=cpu"
    )
