"""A network that was taken away reads an image file as the data were packed: it says of a file what the task would say."""

from __future__ import annotations

import io
import runpy
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from nas_engine.components import component
from nas_engine.data import shelf
from nas_engine.exporters import PytorchSource, TrainedNetwork
from nas_engine.spaces import Stage
from nas_engine.tasks import TASKS, ImageClassification
from tests.samples import laid, noise, picture

Made = Callable[..., TrainedNetwork]


def kinds(colour: bool) -> dict[str, bytes]:
    """Image files of many kinds and sizes, as people have them."""
    files = {}
    for number in range(8):
        pixels = noise(1, 20 + number, 30 - number, 3 if colour else 1, first=number)[0]
        files[f"{number}.png"] = picture(pixels)
        files[f"{number}.jpg"] = picture(pixels, "JPEG", quality=90)
    grey = Image.fromarray(noise(1, 24, 24, first=77)[0, :, :, 0])
    deep = Image.fromarray(np.asarray(grey).astype(np.uint16) * 250)
    others: dict[str, tuple[Image.Image, str, dict[str, object]]] = {"deep.png": (deep, "PNG", {})}
    if colour:
        whole = Image.fromarray(noise(1, 22, 31, 3, first=91)[0])
        turned = Image.Exif()
        turned[0x0112] = 6
        others |= {
            "cmyk.jpg": (whole.convert("CMYK"), "JPEG", {}),
            "turned.jpg": (whole, "JPEG", {"exif": turned}),
            "palette.gif": (whole.convert("P"), "GIF", {}),
            "clear.png": (whole.convert("RGBA").rotate(30), "PNG", {}),
            "grey.png": (grey, "PNG", {}),
        }
    for name, (image, kind, options) in others.items():
        out = io.BytesIO()
        image.save(out, kind, **options)
        files[name] = out.getvalue()
    return files


@pytest.fixture(params=[True, False], ids=["colour", "grey"])
def case(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, network_of: Made
) -> tuple[Path, ImageClassification, TrainedNetwork]:
    """A folder of images whose test split is the same files in another order of classes; a task; an export for it."""
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "shelf"))
    files = kinds(request.param)
    names = sorted(files)
    for split in ("train", "validation", "test"):
        for place, name in enumerate(names):
            laid({f"{split}/{('cat', 'dog')[place % 2]}/{name}": files[name]}, tmp_path / "mine")
    index = shelf().keep(tmp_path / "mine").index
    assert not index.failed
    task = component(TASKS, {"kind": "image_classification", "data": index.recipe(), "resolution": 14})
    assert isinstance(task, ImageClassification)
    network = network_of(("conv3", "mb3_e2"), (Stage(8, blocks=2),), task.shape)
    return tmp_path / "mine", task, replace(network, preprocessing=task.open().preprocessing)


def written(network: TrainedNetwork, folder: Path) -> Path:
    folder.mkdir()
    for name, data in PytorchSource().files(network).items():
        (folder / name).write_bytes(data)
    return folder / "network.py"


def test_check_18_a_file_is_classified_as_the_task_classifies_its_image(
    case: tuple[Path, ImageClassification, TrainedNetwork], tmp_path: Path
) -> None:
    folder, task, network = case
    export: dict[str, Any] = runpy.run_path(str(written(network, tmp_path / "export")))
    loaded = export["load"](tmp_path / "export" / "weights.safetensors")
    test = task.open_test()
    origins = task.origins(list(range(len(test))))
    with torch.no_grad():
        shares = network.space.build(network.architecture, network.shape)
        shares.load_state_dict(network.tensors)
        wanted = shares.eval()(test.inputs).softmax(dim=1)
    assert len(origins) == len(kinds(task.shape.channels == 3))
    for origin, row in zip(origins, wanted, strict=True):
        said = dict(export["predict"](loaded, folder / origin.name))
        for label, share in zip(network.preprocessing.classes, row.tolist(), strict=True):
            assert said[label] == pytest.approx(share, abs=1e-5), origin.name


def test_a_file_that_cannot_be_meant_is_refused_in_a_sentence(
    case: tuple[Path, ImageClassification, TrainedNetwork], tmp_path: Path
) -> None:
    export: dict[str, Any] = runpy.run_path(str(written(case[2], tmp_path / "export")))
    frames = [Image.fromarray(one[:, :, 0]) for one in noise(3)]
    frames[0].save(tmp_path / "moving.gif", save_all=True, append_images=frames[1:])
    with pytest.raises(ValueError, match="it has 3 frames, wanted one"):
        export["read"](tmp_path / "moving.gif")


def test_without_pillow_it_says_what_to_install(network_of: Made, tmp_path: Path) -> None:
    written(network_of(("conv3",), (Stage(4, blocks=1),)), tmp_path / "export")
    program = (
        "import sys; sys.modules['PIL'] = None\n"
        "import network\n"
        "try: network.predict(network.load(), 'photo.png')\n"
        "except ImportError as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path / "export",
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert "pip install pillow" in done.stdout
