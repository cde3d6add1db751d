"""When two pictures are the same, and when they are not."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFilter

from tests.browser.gallery import pictures

BACKGROUND, ACCENT = "#f8f8f8", "#4e3372"


def page(*, button_at: int = 40, size: tuple[int, int] = (360, 300)) -> Image.Image:
    picture = Image.new("RGB", size, BACKGROUND)
    draw = ImageDraw.Draw(picture)
    draw.text((20, 20), "Adjust the points", fill="black")
    draw.rounded_rectangle((button_at, 200, button_at + 120, 244), 22, fill=ACCENT)
    return picture


def png(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def accept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Image.Image], None]:
    monkeypatch.setattr(pictures, "ROOT", tmp_path)
    monkeypatch.setattr(pictures, "ACCEPTED", tmp_path / "accepted")
    monkeypatch.setattr(pictures, "FAILED", tmp_path / "failed")

    def save(picture: Image.Image) -> None:
        pictures.save(pictures.reduced(png(picture)), tmp_path / "accepted/page.png")

    return save


def test_the_same_page_is_the_same(accept: Callable[[Image.Image], None]) -> None:
    accept(page())

    assert pictures.compare(png(page()), "page.png") == ""


def test_a_button_that_moved_is_told_with_the_files_to_look_at(
    accept: Callable[[Image.Image], None], tmp_path: Path
) -> None:
    accept(page())

    said = pictures.compare(png(page(button_at=50)), "page.png")

    assert "pixels differ" in said
    assert "expected: accepted/page.png" in said
    assert "actual: failed/page.actual.png" in said
    assert "diff: failed/page.diff.png" in said
    assert "make screenshots ARGS=--accept" in said
    assert len(list((tmp_path / "failed").iterdir())) == 2


def test_one_changed_digit_is_told(accept: Callable[[Image.Image], None]) -> None:
    def with_points(text: str) -> Image.Image:
        picture = page()
        ImageDraw.Draw(picture).text((200, 80), text, fill="black", font_size=13)
        return picture

    accept(with_points("1,250"))

    assert "pixels differ" in pictures.compare(png(with_points("1,260")), "page.png")


def test_a_surface_of_a_slightly_different_colour_is_told(
    accept: Callable[[Image.Image], None],
) -> None:
    def on(surface: str) -> Image.Image:
        picture = page()
        ImageDraw.Draw(picture).rectangle((20, 60, 340, 160), fill=surface)
        return picture

    accept(on("#ffffff"))

    assert "pixels differ" in pictures.compare(png(on("#f1eaff")), "page.png")


def test_a_page_that_grew_is_told(accept: Callable[[Image.Image], None]) -> None:
    accept(page())

    said = pictures.compare(png(page(size=(360, 310))), "page.png")

    assert "it was 360 × 300 px and is 360 × 310" in said


def test_the_edges_of_another_release_are_no_difference(
    accept: Callable[[Image.Image], None],
) -> None:
    def drawn(sharpness: int) -> Image.Image:
        large = page().resize((360 * sharpness, 300 * sharpness), Image.Resampling.BICUBIC)
        smooth = large.filter(ImageFilter.GaussianBlur(sharpness / 3))
        return smooth.resize((360, 300), Image.Resampling.BOX)

    accept(drawn(4))

    assert png(drawn(4)) != png(drawn(6))
    assert pictures.compare(png(drawn(6)), "page.png") == ""


def test_a_page_without_an_accepted_picture_says_how_to_accept_it(
    accept: Callable[[Image.Image], None],
) -> None:
    said = pictures.compare(png(page()), "other.png")

    assert said.startswith("other.png: no picture was accepted yet.")
    assert "make screenshots ARGS=--accept" in said
