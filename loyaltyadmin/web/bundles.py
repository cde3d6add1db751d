"""One stylesheet and one script for production, put together by `collectstatic` (docs/adr/0011).

With DEBUG=1 the files are served as they stand: `css/app.css` imports the others into their
layers, `js/app.js` its modules. Here each import is replaced by what it names, once; then Django
hashes the addresses and whitenoise compresses, as with every other file.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

STYLE = "css/app.css"
SCRIPT = "js/app.js"
_IMPORT_STYLE = re.compile(r'@import url\("([^"]+)"\) layer\(([\w.]+)\);')
_IMPORT_SCRIPT = re.compile(r'^import "([^"]+)";$', re.MULTILINE)
_URL = re.compile(r'url\("(?!data:)([^"]+)"\)')
_COMMENT_LINE = re.compile(r"^\s*//.*\n", re.MULTILINE)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
# The licence of Zid's stylesheet asks for its notice in every copy.
NOTICE = "/*! Parts: @zidsa/zidmui, Copyright (c) Zid, MIT, see vendor/zidmui/LICENSE */\n"


class BundledStaticFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    def post_process(
        self, paths: dict[str, Any], dry_run: bool = False, **options: Any
    ) -> Iterator[tuple[str, str, bool]]:
        if not dry_run:
            for name, content in ((STYLE, flat_style()), (SCRIPT, flat_script())):
                self.delete(name)
                self.save(name, ContentFile(content.encode()))
                paths[name] = (self, name)  # hashed from here, and not from the source
        yield from super().post_process(paths, dry_run, **options)


def flat_style(name: str = STYLE) -> str:
    """This will give a stylesheet with its imports in place, each in its layer, no comments."""
    folder = posixpath.dirname(name)

    def imported(found: re.Match[str]) -> str:
        part = posixpath.normpath(posixpath.join(folder, found[1]))
        return f"@layer {found[2]} {{\n{_moved(part, to=folder)}}}"

    return NOTICE + _squeezed(_IMPORT_STYLE.sub(imported, _COMMENT.sub("", _read(name))))


def flat_script(name: str = SCRIPT) -> str:
    """This will give a script with its modules in place, each in a block of its own, no comments.

    No text in them goes over several lines: what a line begins with is only for who reads it.
    """
    folder = posixpath.dirname(name)

    def imported(found: re.Match[str]) -> str:
        return f"{{\n{_read(posixpath.normpath(posixpath.join(folder, found[1])))}}}"

    return _squeezed(_COMMENT_LINE.sub("", _IMPORT_SCRIPT.sub(imported, _read(name))))


def _moved(name: str, *, to: str) -> str:
    """A stylesheet's text with its addresses as seen from the folder `to`."""

    def address(found: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(name), found[1]))
        return f'url("{posixpath.relpath(target, to)}")'

    return _URL.sub(address, _COMMENT.sub("", _read(name)))


def _squeezed(source: str) -> str:
    return re.sub(r"\n\s*", "\n", source)


def _read(name: str) -> str:
    path = finders.find(name)
    if not isinstance(path, str):
        raise ImproperlyConfigured(f"The static file {name} is imported and is not there.")
    return Path(path).read_text(encoding="utf-8")
