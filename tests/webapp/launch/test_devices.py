"""Devices are found without torch."""

from __future__ import annotations

from pathlib import Path

import pytest

from webapp.launch.devices import Device, devices
from webapp.launch.refusal import CannotStart

LISTED = """\
GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-5c2f1c3e-0000-1111-2222-333344445555)
  MIG 1g.5gb Device 0: (UUID: MIG-GPU-5c2f1c3e/7/0)
GPU 1: NVIDIA A100-SXM4-40GB (UUID: GPU-6c2f1c3e-0000-1111-2222-333344445555)
"""


@pytest.fixture(autouse=True)
def no_driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine where only this folder has programs."""
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def tool(folder: Path, script: str) -> None:
    (folder / "nvidia-smi").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "nvidia-smi").chmod(0o755)


def test_without_a_driver_there_is_one_worker_on_the_cpu() -> None:
    assert devices("") == [Device("cpu")]


def test_every_gpu_that_the_driver_lists_is_one_device(no_driver: Path) -> None:
    tool(no_driver, f"while read -r line; do echo \"$line\"; done <<'END'\n{LISTED}END")
    assert devices("") == [Device("gpu-0", "0"), Device("gpu-1", "1")]


def test_a_driver_that_fails_leaves_the_cpu(no_driver: Path) -> None:
    tool(no_driver, "echo 'GPU 0: broken'; exit 9")
    assert devices("") == [Device("cpu")]


@pytest.mark.parametrize(("visible", "labels"), [("3,GPU-ab", ["gpu-3", "gpu-GPU-ab"]), ("", ["cpu"]), ("-1", ["cpu"])])
def test_what_a_scheduler_leaves_visible_is_all_there_is(
    visible: str, labels: list[str], no_driver: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool(no_driver, "echo 'GPU 0: another'")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert [device.label for device in devices("")] == labels


def test_those_that_are_asked_for_are_taken_and_have_names_of_their_own() -> None:
    assert devices("cpu, 1,cpu") == [Device("cpu"), Device("gpu-1", "1"), Device("cpu-2")]


@pytest.mark.parametrize("wanted", ["cpu,", "gpu", "0;1", "cuda:0"])
def test_what_is_no_device_is_refused_by_name(wanted: str) -> None:
    with pytest.raises(CannotStart, match="DEVICES=cpu,0,1"):
        devices(wanted)


def test_a_process_sees_its_device_and_no_other() -> None:
    assert Device("gpu-1", "1").variables["CUDA_VISIBLE_DEVICES"] == "1"
    assert Device("gpu-1", "1").variables["DEVICE"] == "cuda"
    assert Device("cpu").variables["CUDA_VISIBLE_DEVICES"] == ""
    assert Device("cpu").variables["DEVICE"] == "cpu"
    assert Device("cpu").variables["OMP_NUM_THREADS"] == "1"
