"""What states look like, held against what was accepted.

A picture is kept with every eighth shade of a colour, from its top to where it only goes on: a page
of text and plain surfaces has fewer than 256 colours then, and is small as a PNG. What differs is
judged by pixelmatch, which knows antialiasing: another release of the browser draws the edges of
letters a little differently, and that is no difference.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageChops, ImageFilter
from pixelmatch.contrib.PIL import pixelmatch

ROOT = Path(__file__).resolve().parents[3]
ACCEPTED = ROOT / "tests/browser/screenshots"
WRITTEN = ROOT / "var/screenshots"
FAILED = ROOT / "var/screenshots-failed"
ACCEPT = "make screenshots ARGS=--accept"
# How far two colours may lie apart (pixelmatch's measure, 0 to 1), and how many pixels further:
# fewer than one digit of a small text takes.
THRESHOLD = 0.06
MOST_PIXELS = 5
# So many that are like nothing around them need no look at each of them, which is slow.
PLAINLY_DIFFERENT = 5_000
SHADES = [min(255, round(value / 8) * 8) for value in range(256)]
TALLEST = 1200


@dataclass(frozen=True, kw_only=True)
class Difference:
    text: str
    picture: Image.Image | None = None


def file_name(slug: str, language: str, look: str) -> str:
    return f"{slug}.{language}-{look}.png"


def reduced(png: bytes) -> Image.Image:
    with Image.open(io.BytesIO(png)) as picture:
        top = picture.convert("RGB").crop((0, 0, picture.width, min(picture.height, TALLEST)))
    few = top.point(SHADES * 3)
    # The one is exact while the colours suffice, the other is close when they do not.
    is_exact = few.getcolors(256) is not None
    method = Image.Quantize.MEDIANCUT if is_exact else Image.Quantize.FASTOCTREE
    return few.quantize(256, method=method, dither=Image.Dither.NONE)


def save(picture: Image.Image, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    picture.save(file, optimize=True)


def compare(png: bytes, name: str) -> str:
    """Why a picture is not the accepted one, with the files to look at; or nothing."""
    accepted = ACCEPTED / name
    actual = reduced(png)
    if not accepted.exists():
        return f"{name}: no picture was accepted yet. Look at it, and accept it: {ACCEPT}"
    with Image.open(accepted) as expected:
        difference = difference_of(expected.convert("RGB"), actual.convert("RGB"))
    if difference is None:
        return ""
    shown = FAILED / name
    save(actual, shown.with_suffix(".actual.png"))
    files = [accepted, shown.with_suffix(".actual.png")]
    if difference.picture:
        save(difference.picture, shown.with_suffix(".diff.png"))
        files.append(shown.with_suffix(".diff.png"))
    kinds = zip(("expected", "actual", "diff"), files, strict=False)
    paths = "\n".join(f"    {kind}: {file.relative_to(ROOT)}" for kind, file in kinds)
    return f"{name}: {difference.text}\n{paths}\n    If it is meant: {ACCEPT}"


def difference_of(expected: Image.Image, actual: Image.Image) -> Difference | None:
    if expected.size != actual.size:
        sizes = [f"{width} × {height}" for width, height in (expected.size, actual.size)]
        return Difference(text=f"it was {sizes[0]} px and is {sizes[1]}")
    apart = ImageChops.difference(expected, actual).convert("L")
    box = apart.getbbox()
    if box is None:
        return None
    if _unlike(expected, actual) > PLAINLY_DIFFERENT:
        pixels = sum(apart.histogram()[8:])
        return Difference(text=f"{pixels} pixels differ", picture=apart.point(_contrast))
    # pixelmatch is pure Python: only where something differs, with the neighbours it looks at.
    around = (max(box[0] - 3, 0), max(box[1] - 3, 0), *_within(expected, box))
    shown = Image.new("RGBA", (around[2] - around[0], around[3] - around[1]))
    pixels = pixelmatch(
        expected.crop(around), actual.crop(around), output=shown, threshold=THRESHOLD
    )
    if pixels <= MOST_PIXELS:
        return None
    whole = actual.convert("RGB")
    whole.paste(shown.convert("RGB"), around[:2])
    return Difference(text=f"{pixels} pixels differ", picture=whole)


def _unlike(expected: Image.Image, actual: Image.Image) -> int:
    """How many pixels are lighter or darker than all that were around their place."""
    too_light = ImageChops.subtract(actual, expected.filter(ImageFilter.MaxFilter(3)))
    too_dark = ImageChops.subtract(expected.filter(ImageFilter.MinFilter(3)), actual)
    return sum(ImageChops.lighter(too_light, too_dark).convert("L").histogram()[2:])


def _within(picture: Image.Image, box: tuple[int, int, int, int]) -> tuple[int, int]:
    return min(box[2] + 3, picture.width), min(box[3] + 3, picture.height)


def _contrast(value: int) -> int:
    return 255 if value >= 8 else 0
