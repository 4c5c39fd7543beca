"""The example on real images, from start to end, on the machine that has them. Runs in `make acceptance`."""

from __future__ import annotations

import json
import runpy
from collections.abc import Callable
from pathlib import Path

import pytest

from nas_engine.commandline import main
from nas_engine.data import shelf

EXAMPLE = Path(__file__).parents[3] / "examples" / "fashion_mobile.json"


@pytest.mark.slow
@pytest.mark.timeout(7200)  # a guard: it takes under 30 minutes on two idle cores
def test_fashion_mnist_goes_the_whole_way_from_idx_files_to_a_network_that_predicts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, record_property: Callable[[str, object], None]
) -> None:
    there = Path(json.loads(EXAMPLE.read_text())["task"]["data"]["path"])
    if not there.exists():
        pytest.skip(f"{there} does not exist; Debian's package dataset-fashion-mnist installs it")
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "shelf"))
    assert main(["run", str(EXAMPLE), "--out", str(tmp_path / "out")]) == 0

    report = json.loads((tmp_path / "out" / "report.json").read_text())
    found = report["comparison"]
    for name in ("winner", "reference"):
        record_property(name, found[name])
        assert len(found[name]) == 5
        assert min(found[name]) > 0.7, f"{name}: {found[name]}"  # chance is 0.1, a linear classifier has 0.84
    assert found["verdict"] in ("better", "worse", "not distinguishable")
    assert found["low"] <= found["difference"] <= found["high"]
    print(json.dumps({"comparison": found, "device_seconds": report["device_seconds"]}))

    export = tmp_path / "out" / "export"
    shown = json.loads((export / "samples.json").read_text())
    packed, network = shelf().find(shown["data"]["sha256"]), runpy.run_path(str(export / "network.py"))
    loaded = network["load"](export / "weights.safetensors")
    assert len(shown["samples"]) == 12
    for one in shown["samples"]:
        (tmp_path / "image.png").write_bytes(packed.picture(one["split"], one["position"]))
        label, share = network["predict"](loaded, tmp_path / "image.png")[0]
        assert (label, share) == (one["predicted"], pytest.approx(one["probability"], abs=1e-3))
