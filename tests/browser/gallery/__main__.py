"""make screenshots

python -m tests.browser.gallery                       all into var/screenshots, to look at
python -m tests.browser.gallery --only customer       those whose name has this in it
python -m tests.browser.gallery --accept              these are what the tests expect from now on
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import django


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="make screenshots", description="Draw every state.")
    parser.add_argument("--accept", action="store_true", help="as what the tests expect")
    parser.add_argument("--to", type=Path, help="another folder than var/screenshots")
    parser.add_argument("--only", default="", metavar="WORD", help="states with this in their name")
    wanted = parser.parse_args(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "loyaltyadmin.settings")
    os.environ.setdefault("DEBUG", "1")
    django.setup()
    from tests.browser.gallery import drawing

    return drawing.draw(only=wanted.only, accept=wanted.accept, to=wanted.to)


if __name__ == "__main__":
    sys.exit(main())
