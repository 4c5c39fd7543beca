from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from nas_engine.data.pictures import REASONS, Unreadable, decoded, look, png
from tests.samples import noise, picture

MANY = 10**6


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def pixels(data: bytes, colour: bool = True) -> np.ndarray:
    return np.asarray(decoded(data, MANY, colour)).astype(int)


def test_sixteen_bits_become_eight() -> None:
    ramp = (np.arange(256, dtype=np.uint32) * 257).astype(np.uint16).reshape(16, 16)
    for kind in ("PNG", "TIFF"):
        data = saved(Image.fromarray(ramp), kind)
        assert not look(data, MANY).colour
        assert pixels(data, colour=False).ravel().tolist() == list(range(256))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_an_image_is_turned_as_its_exif_says(orientation: int) -> None:
    image = Image.new("RGB", (30, 20))
    image.paste("white", (0, 0, 10, 10))  # the corner that tells
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = saved(image, "PNG", exif=exif)
    seen, made = look(data, MANY), decoded(data, MANY, True)
    assert (seen.width, seen.height) == made.size == ((30, 20) if orientation < 5 else (20, 30))
    corners = {1: (0, 0), 2: (29, 0), 3: (29, 19), 4: (0, 19), 5: (0, 0), 6: (19, 0), 7: (19, 29), 8: (0, 29)}
    assert made.getpixel(corners[orientation]) == (255, 255, 255)


def test_transparency_is_put_on_white() -> None:
    clear = Image.new("RGBA", (4, 4), (255, 0, 0, 0))
    assert (pixels(saved(clear, "PNG")) == 255).all()
    half = Image.new("LA", (4, 4), (0, 128))
    assert abs(pixels(saved(half, "PNG"), colour=False)[0, 0] - 127) <= 1
    palette = Image.new("P", (4, 4), 0)
    assert (pixels(saved(palette, "PNG", transparency=0)) == 255).all()


def test_cmyk_and_palettes_become_rgb() -> None:
    red = Image.new("RGB", (8, 8), (250, 10, 10))
    for data in (saved(red.convert("CMYK"), "JPEG", quality=95), saved(red.convert("P"), "GIF"), saved(red, "WEBP")):
        assert np.abs(pixels(data)[4, 4] - [250, 10, 10]).max() < 12


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"GIF89a", "not an image"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not an image"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not an image"),  # an interpreter would run it
        (saved(Image.fromarray(noise(1)[0, :, :, 0].astype(np.int32)), "TIFF"), "mode"),
        (picture(noise(1, 64, 64)[0])[:600], "truncated"),
        (picture(noise(1, 64, 64, 3)[0], "JPEG")[:2000], "truncated"),
    ],
    ids=["nothing", "a head", "SVG", "EPS", "32 bits", "half a PNG", "half a JPEG"],
)
def test_what_cannot_be_read_has_a_reason(data: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        decoded(data, MANY, True)
    assert refusal.value.reason == reason
    assert reason in REASONS


def test_an_image_of_too_many_pixels_is_refused_by_its_head() -> None:
    bomb = saved(Image.new("1", (30_000, 30_000)), "PNG")
    assert len(bomb) < 200_000
    for read in (lambda: look(bomb, MANY), lambda: decoded(bomb, MANY, True)):
        with pytest.raises(Unreadable, match=r"at most 1,000,000|more pixels") as refusal:
            read()
        assert refusal.value.reason == "too large"


def test_a_picture_for_a_page_has_the_side_that_was_asked_for() -> None:
    for side in (4, 40):
        made = Image.open(io.BytesIO(png(noise(1, 10, 20, 3)[0], side)))
        assert made.size == (side, side // 2)
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(png(noise(1)[0])))), noise(1)[0, :, :, 0])
