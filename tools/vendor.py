"""Fetch again what the front end takes from others, in the versions named here: `make vendor`.

Needs npm, and only here: what it brings is committed, so that neither the app nor its tests do.
Nothing that is fetched is changed. The icons are the exception by nature: the ones that templates
name are put together into one sprite, their drawings as they come.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "static/vendor"
SPRITE = ROOT / "templates/_components/icons.html"
SOURCES = [*ROOT.glob("templates/**/*.html"), *ROOT.glob("loyaltyadmin/**/*.py")]

ZIDMUI = "@zidsa/zidmui@3.3.1"
LUCIDE = "lucide-static@1.62.0"
SQUIRE = "squire-rte@2.4.8"
PLEX = "@fontsource/ibm-plex-sans-arabic@5.3.0"

TOKENS = ["colors", "typography", "spacing", "states", "root"]
COMPONENTS = ["button", "input", "switch", "card", "table", "alert", "status", "list-item"]
FONTS = [f"{script}-{weight}" for script in ("arabic", "latin") for weight in (400, 500)]
RIYAL = "dist/react/es/icons/currencies/saudi_riyal.js"

README = """\
# What comes from others

Written by `make vendor` (`tools/vendor.py` names the versions). Do not edit anything here.

| Folder | What | Version | Licence |
| --- | --- | --- | --- |
{rows}

`templates/_components/icons.html` holds the icons that templates name, from lucide-static (ISC,
`lucide/LICENSE`), and the sign of the Saudi riyal as drawn in @zidsa/zidmui (MIT,
`zidmui/LICENSE`).
"""


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        zidmui, lucide, plex, squire = (
            fetch(name, Path(folder)) for name in (ZIDMUI, LUCIDE, PLEX, SQUIRE)
        )
        copy_styles(zidmui)
        copy_fonts(plex)
        write_sprite(lucide=lucide, riyal=zidmui / RIYAL)
        copy(lucide / "LICENSE", VENDOR / "lucide/LICENSE")
        # With its map: the script names it, and what collects static files insists on it.
        for name in ("squire.js", "squire.js.map"):
            copy(squire / "dist" / name, VENDOR / "squire" / name)
        copy(squire / "LICENSE", VENDOR / "squire/LICENSE")
        write_readme(
            {"zidmui": zidmui, "ibm-plex-sans-arabic": plex, "lucide": lucide, "squire": squire}
        )
    return 0


def fetch(package: str, folder: Path) -> Path:
    """This will unpack one package of npm's registry, and give its folder."""
    command = ["npm", "pack", "--silent", "--pack-destination", str(folder), package]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    archive = folder / done.stdout.strip()
    target = folder / archive.stem
    with tarfile.open(archive) as tar:
        tar.extractall(target, filter="data")
    return target / "package"


def copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def copy_styles(package: Path) -> None:
    for name in [*TOKENS, *(f"components/{name}" for name in COMPONENTS)]:
        copy(package / f"dist/styles/{name}.css", VENDOR / f"zidmui/styles/{name}.css")
    copy(package / "LICENSE", VENDOR / "zidmui/LICENSE")


def copy_fonts(package: Path) -> None:
    family = "ibm-plex-sans-arabic"
    for name in FONTS:
        file = f"{family}-{name}-normal.woff2"
        copy(package / "files" / file, VENDOR / family / file)
    copy(package / "LICENSE", VENDOR / family / "LICENSE")


def icons_used() -> list[str]:
    """This will list the icons that templates and template tags name."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    names = set(re.findall(r'\bicon(?: |=)"([a-z0-9-]+)"', text))
    return sorted(names - {"riyal"})


def write_sprite(*, lucide: Path, riyal: Path) -> None:
    symbols = [symbol_of(lucide / f"icons/{name}.svg", name=name) for name in icons_used()]
    drawing = riyal.read_text(encoding="utf-8")
    box = re.search(r'viewBox: "([\d. ]+)"', drawing)
    paths = re.findall(r'\bd: "([^"]+)"', drawing)
    if box is None or not paths:
        raise SystemExit(f"{riyal} is not drawn as it was")
    shapes = "".join(f'<path d="{path}"/>' for path in paths)
    symbols.append(
        f'  <symbol id="icon-riyal" viewBox="{box[1]}" fill="currentColor">{shapes}</symbol>'
    )
    lines = "\n".join(symbols)
    comment = "{# Written by `make vendor`: the icons that templates name. #}"
    SPRITE.write_text(
        f'{comment}\n<svg class="zid-icons" width="0" height="0" aria-hidden="true" '
        f'focusable="false">\n{lines}\n</svg>\n',
        encoding="utf-8",
    )


def symbol_of(file: Path, *, name: str) -> str:
    drawing = re.search(r"<svg[^>]*>(.*)</svg>", file.read_text(encoding="utf-8"), re.DOTALL)
    if drawing is None:
        raise SystemExit(f"{file} is not drawn as it was")
    shapes = " ".join(drawing[1].split()).replace(" />", "/>").replace("> <", "><")
    return f'  <symbol id="icon-{name}" viewBox="0 0 24 24">{shapes}</symbol>'


def write_readme(packages: dict[str, Path]) -> None:
    rows = []
    for folder, package in packages.items():
        about = json.loads((package / "package.json").read_text(encoding="utf-8"))
        link = f"[{about['license']}]({folder}/LICENSE)"
        rows.append(f"| `{folder}` | {about['name']} | {about['version']} | {link} |")
    (VENDOR / "README.md").write_text(README.format(rows="\n".join(rows)), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
