"""Draws every state into a folder, and accepts what was drawn."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect, sync_playwright

from tests.browser.conftest import PATIENCE_MILLISECONDS
from tests.browser.gallery import looks, pictures, stage
from tests.browser.gallery.catalogue import CATALOGUE
from tests.browser.gallery.states import has_styleguide


def draw(*, only: str, accept: bool, to: Path | None) -> int:
    folder = to or pictures.WRITTEN
    states = [state for state in CATALOGUE if only.lower() in f"{state.name} {state.slug}".lower()]
    if not states:
        print(f"No state has “{only}” in its name.")
        return 1
    folder.mkdir(parents=True, exist_ok=True)
    expect.set_options(timeout=PATIENCE_MILLISECONDS)
    drawn: set[Path] = set()
    with (
        sync_playwright() as playwright,
        stage.opened(playwright, with_debug=has_styleguide()) as opened,
    ):
        for state in states:
            print(state.name, flush=True)
            for language in stage.LOCALES:
                seen = looks.look_at(opened, state, language=language, judge=False)
                for look, png in seen.pictures.items():
                    name = pictures.file_name(state.slug, language, look)
                    (folder / name).write_bytes(png)
                    if accept and looks.is_kept(language, look):
                        pictures.save(pictures.reduced(png), pictures.ACCEPTED / name)
                        drawn.add(pictures.ACCEPTED / name)
    print(f"\nAll of them are in {folder}")
    if accept:
        _forget_others(drawn, everything=not only)
    return 0


def _forget_others(drawn: set[Path], *, everything: bool) -> None:
    """What no state shows any more is not expected any more."""
    kept = set(pictures.ACCEPTED.glob("*.png"))
    for file in kept - drawn if everything else ():
        file.unlink()
    size = sum(file.stat().st_size for file in pictures.ACCEPTED.glob("*.png"))
    print(f"Accepted {len(drawn)}; all that are accepted take {size / 1024**2:.1f} MiB")
