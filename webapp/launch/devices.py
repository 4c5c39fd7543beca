"""What workers of this machine train on, found without torch."""

from __future__ import annotations

import os
import re
import subprocess
from collections import Counter
from dataclasses import dataclass

from webapp.launch.refusal import CannotStart

GPU = re.compile(r"\d+|(GPU|MIG)-[\w-]+")


@dataclass(frozen=True)
class Device:
    """A CPU thread or one GPU. `label` tells it from the others of its machine."""

    label: str
    gpu: str = ""  # as CUDA_VISIBLE_DEVICES names it; none for the CPU

    @property
    def variables(self) -> dict[str, str]:
        """The environment of a process that sees this device and no other."""
        return {
            "DEVICE": "cuda" if self.gpu else "cpu",
            "CUDA_VISIBLE_DEVICES": self.gpu,
            "CUDA_DEVICE_ORDER": "PCI_BUS_ID",  # nvidia-smi's
            "OMP_NUM_THREADS": "1",  # sums in another order would be other sums
        }


def devices(wanted: str) -> list[Device]:
    """Those that are asked for, as `cpu,0,1`; when empty every GPU that there is, else the CPU."""
    if wanted.strip():
        return _named([word.strip() for word in wanted.split(",")], wanted)
    gpus = _gpus()
    return [Device(f"gpu-{gpu}", gpu) for gpu in gpus] or [Device("cpu")]


def _named(words: list[str], wanted: str) -> list[Device]:
    """A second worker on one device has a name of its own."""
    seen: Counter[str] = Counter()
    found = []
    for word in words:
        if word != "cpu" and not GPU.fullmatch(word):
            raise CannotStart(
                f"DEVICES is {wanted!r}, and {word!r} in it is no device; name each as cpu or by its GPU number, as in DEVICES=cpu,0,1."
            )
        seen[word] += 1
        label = word if word == "cpu" else f"gpu-{word}"
        label += f"-{seen[word]}" if seen[word] > 1 else ""
        found.append(Device(label, "" if word == "cpu" else word))
    return found


def _gpus() -> list[str]:
    """What CUDA_VISIBLE_DEVICES leaves, or else what the driver's own tool lists."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is not None:
        return [gpu.strip() for gpu in visible.split(",") if gpu.strip() and gpu.strip() != "-1"]
    try:
        listed = subprocess.run(["nvidia-smi", "-L"], capture_output=True, text=True, timeout=30, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return []
    return re.findall(r"^GPU (\d+):", listed, flags=re.MULTILINE)
