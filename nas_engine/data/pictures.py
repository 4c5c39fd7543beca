"""One image file to pixels: the same for packing and for a network that was taken away."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO
from warnings import catch_warnings, simplefilter

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = ("JPEG", "PNG", "GIF", "BMP", "WEBP", "TIFF", "PPM")
REASONS = ("not an image", "truncated", "empty", "too large", "animated", "mode", "no class", "link")
GREY = ("1", "L", "LA", "I;16", "I;16L", "I;16B", "I;16N")


class Unreadable(Exception):
    """Why a file is not among the images. `reason` is one of REASONS."""

    def __init__(self, reason: str, text: str) -> None:
        self.reason = reason
        super().__init__(text)


@dataclass(frozen=True)
class Look:
    """What an image file's head says, turned as its EXIF orientation wants it."""

    height: int
    width: int
    colour: bool


def look(data: bytes, pixels: int) -> Look:
    """The head of an image file, nothing decoded. Raises Unreadable; `pixels` is the most that it may have."""
    from PIL import Image

    with _opened(data, pixels) as image:
        try:
            turned = Image.Image.getexif(image).get(0x0112, 1) >= 5  # not a PNG's own, which decodes all of it
        except Exception as error:  # as below
            raise Unreadable("truncated", f"its EXIF cannot be read: {error}") from error
        width, height = image.size[::-1] if turned else image.size
        return Look(height, width, image.mode not in GREY)


def decoded(data: bytes, pixels: int, colour: bool) -> Image:
    """An image file as `upright` gives it. Raises Unreadable."""
    with _opened(data, pixels) as image:
        try:
            return upright(image, colour)
        except ValueError as error:
            reason = "animated" if "frames" in str(error) else "mode"
            raise Unreadable(reason, str(error)) from error
        except Exception as error:  # decoders raise whatever broken bytes lead them to
            raise Unreadable("truncated", f"its pixels cannot be read: {error}") from error


def _opened(data: bytes, pixels: int) -> Image:
    from PIL import Image

    if not data:
        raise Unreadable("empty", "the file is empty")
    try:
        with catch_warnings():
            simplefilter("ignore")  # of Pillow's own, larger limit
            image = Image.open(BytesIO(data), formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise Unreadable("too large", f"more pixels than {pixels:,}") from error
    except Exception as error:  # as above
        raise Unreadable("not an image", f"wanted one of {', '.join(FORMATS)}") from error
    if image.width * image.height > pixels:
        raise Unreadable("too large", f"{image.width:,} x {image.height:,} pixels, at most {pixels:,} are read")
    return image


def upright(image: Image, colour: bool) -> Image:
    """An opened image in 8 bits, grey or RGB, turned as its EXIF orientation says, transparency on white.

    Raises ValueError for several frames and for pixels of 32 bits.
    """
    from PIL import Image, ImageOps

    if image.format != "MPO" and getattr(image, "is_animated", False):
        raise ValueError(f"it has {getattr(image, 'n_frames', 2)} frames, wanted one: save the one that you mean")
    if image.mode in ("I", "F"):
        raise ValueError("its pixels have 32 bits, wanted 8 or 16: save it as an 8-bit PNG")
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I;16"):
        image = image.point(lambda value: value * (1 / 257)).convert("L")
    if "A" in image.mode or "transparency" in image.info:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert("RGB" if colour else "L")


def resized(image: Image, height: int, width: int) -> Image:
    """By area, the whole image; as it is where it has that size."""
    from PIL import Image

    return image if image.size == (width, height) else image.resize((width, height), Image.Resampling.BOX)


def png(pixels: object, side: int | None = None) -> bytes:
    """Pixels (H, W, C) as a PNG; enlarged or reduced to `side` pixels on the longer side."""
    import numpy as np
    from PIL import Image

    array = np.asarray(pixels)
    image = Image.fromarray(array[:, :, 0] if array.shape[2] == 1 else array)
    if side is not None:
        factor = side / max(image.size)
        size = (max(1, round(image.width * factor)), max(1, round(image.height * factor)))
        image = image.resize(size, Image.Resampling.NEAREST if factor > 1 else Image.Resampling.BOX)
    out: BinaryIO = BytesIO()
    image.save(out, "PNG")
    out.seek(0)
    return out.read()
