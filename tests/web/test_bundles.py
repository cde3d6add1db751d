"""In production there is one stylesheet and one script, made by `collectstatic`."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.core import management

from loyaltyadmin.web import bundles

STATIC = Path(__file__).resolve().parents[2] / "static"


@pytest.fixture
def collected(settings: Any, tmp_path: Path) -> Path:
    """The folder that a server serves, as deploying makes it."""
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "loyaltyadmin.web.bundles.BundledStaticFilesStorage"}
    }
    management.call_command("collectstatic", interactive=False, verbosity=0)
    return tmp_path


def served(collected: Path, name: str) -> str:
    manifest = json.loads((collected / "staticfiles.json").read_text(encoding="utf-8"))
    return (collected / manifest["paths"][name]).read_text(encoding="utf-8")


def test_the_stylesheet_is_one_file_with_every_part_in_its_layer(collected: Path) -> None:
    css = served(collected, bundles.STYLE)

    assert "@import" not in css
    assert re.search(r"@layer reset, zid, tokens, base, layout, components, utilities;", css)
    assert css.index("@layer zid {") < css.index("@layer components {")
    assert "--zid-color-primary-600" in css
    assert "MIT" in css


def test_its_fonts_are_found_under_their_hashed_names(collected: Path) -> None:
    addresses = re.findall(r'url\("([^"]+)"\)', served(collected, bundles.STYLE))

    assert addresses
    for address in addresses:
        assert re.search(r"\.[0-9a-f]{12}\.woff2$", address)
        assert (collected / "css" / address).is_file()


def test_the_script_is_one_file_too_and_both_are_compressed(collected: Path) -> None:
    assert not re.search(r"^import ", served(collected, bundles.SCRIPT), re.MULTILINE)
    manifest = json.loads((collected / "staticfiles.json").read_text(encoding="utf-8"))["paths"]
    for name in (bundles.STYLE, bundles.SCRIPT):
        assert (collected / f"{manifest[name]}.gz").is_file()
        assert (collected / f"{manifest[name]}.br").is_file()
    assert not re.search(r"^\s*//", served(collected, bundles.SCRIPT), re.MULTILINE)


def test_every_stylesheet_and_module_of_ours_is_in_it() -> None:
    style, script = (STATIC / name for name in (bundles.STYLE, bundles.SCRIPT))
    imports = style.read_text(encoding="utf-8") + script.read_text(encoding="utf-8")
    ours = [*STATIC.glob("css/**/*.css"), *STATIC.glob("js/*.js")]
    alone = {style, script, STATIC / "js/open.js"}  # the first thing of all, by itself
    alone |= {STATIC / "css/canvas.css", STATIC / "js/canvas.js"}  # of a document of their own

    left_out = [path.name for path in ours if path not in alone and path.name not in imports]

    assert left_out == []
