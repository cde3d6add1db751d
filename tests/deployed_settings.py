"""The app's settings, with a folder of its own for the static files: see plan.py."""

from __future__ import annotations

from loyaltyadmin.settings import *  # noqa: F403, TID251  # these are settings
from loyaltyadmin.settings import DATA_DIR  # noqa: TID251

STATIC_ROOT = DATA_DIR / "staticfiles"
