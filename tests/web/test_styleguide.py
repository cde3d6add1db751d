"""The style page shows every component; production has no such page."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.pages import Page

COMPONENTS = Path(__file__).resolve().parents[2] / "static/css/components"

pytestmark = pytest.mark.django_db


def test_there_is_none_without_debug(client: Client) -> None:
    assert client.get("/styleguide").status_code == 404


@pytest.mark.parametrize(("direction", "language"), [("rtl", "ar"), ("ltr", "en")])
def test_it_shows_every_component_in_either_direction(
    client: Client, settings: Any, direction: str, language: str
) -> None:
    settings.DEBUG = True

    response = client.get("/styleguide", {"dir": direction})

    html = Page(response).one("html")
    assert (html["dir"], html["lang"]) == (direction, language)
    shown = response.content.decode()
    for style in COMPONENTS.glob("*.css"):
        classes = re.findall(r"^\.([a-z-]+)", style.read_text(encoding="utf-8"), re.MULTILINE)
        assert any(f'"{name}' in shown for name in classes), style.name
