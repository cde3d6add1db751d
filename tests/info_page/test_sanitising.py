"""Whatever stands on a page at Zid, or is pasted into the editor, nothing of it runs anywhere."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from loyaltyadmin.info_page import sanitising
from loyaltyadmin.info_page.sanitising import Danger
from loyaltyadmin.info_page.splicing import splice

# One of them takes several lines where a line break is the trick: the next begins with these.
HOSTILE = re.split(
    r"\n(?=[<\"'\]-])",
    (Path(__file__).parent / "hostile.txt").read_text(encoding="utf-8").strip("\n"),
)
RUNS = re.compile(
    r"(?:java|vb|live)script:|mocha:|data:(?!image/(?:png|jpe?g|gif|webp|avif|bmp);)|expression\("
    r"|-moz-binding|behaviou?r:|@import|evil\.example"
)
ASKS = {"srcdoc", "formaction", "action", "ping", "xlink:href", "background", "autofocus"}


class Judge(HTMLParser):
    """Looks for what runs by other means than the sanitiser's: Python's own parser."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in sanitising.TAGS:
            self.found.append(tag)
        for name, value in attrs:
            plain = re.sub(r"[\x00-\x20]", "", value or "").lower()
            if name.startswith("on") or name in ASKS or RUNS.search(plain):
                self.found.append(f"{tag} {name}={value}")

    def handle_decl(self, decl: str) -> None:
        self.found.append(decl)


def test_there_are_more_of_them_than_were_asked_for() -> None:
    assert len(HOSTILE) >= 200


@pytest.mark.parametrize("text", HOSTILE)
def test_it_comes_out_harmless(text: str) -> None:
    cleaned = sanitising.clean(text)

    assert Judge(cleaned).found == []
    assert sanitising.clean(cleaned) == cleaned
    assert not sanitising.is_harmless(text)
    assert sanitising.dangers_of(text)


@pytest.mark.parametrize("text", HOSTILE)
def test_it_reaches_zid_neither_from_there_nor_from_here(text: str) -> None:
    shown = sanitising.clean(text)
    sent = [
        splice(original=text, edited=shown),
        splice(original=text, edited=f"{shown}<p>more</p>"),
        splice(original="<p>fine</p>", edited=text),
        splice(original=f"<p>fine</p>{text}<p>fine</p>", edited="<p>fine</p><p>better</p>"),
    ]

    for each in sent:
        assert Judge(each).found == []


@pytest.mark.parametrize(
    ("text", "dangers"),
    [
        ("<p>fine</p>", []),
        ("<p>fine<script>x()</script></p>", [Danger.SCRIPT]),
        ("<p onclick='x()'>fine</p>", [Danger.HANDLER]),
        ("<a href=' java&Tab;script:x()'>fine</a>", [Danger.LINK]),
        ("<style>p{}</style>", [Danger.STYLE]),
        ("<iframe src='https://evil.example'></iframe>", [Danger.FRAME]),
        ("<form><input></form>", [Danger.FORM]),
        ("<blink>fine</blink>", [Danger.OTHER]),
    ],
)
def test_it_names_what_will_be_taken_away(text: str, dangers: list[Danger]) -> None:
    assert sanitising.dangers_of(text) == dangers


def test_text_that_only_talks_of_scripts_is_left_alone() -> None:
    text = "<p>Our javascript: course, onsale = now! 5 &lt; 10</p>"

    assert sanitising.clean(text) == text
    assert sanitising.is_harmless(text)


def test_a_video_of_a_known_player_stays() -> None:
    video = '<iframe src="https://player.vimeo.com/video/76979871?h=8272103f6e"></iframe>'

    assert sanitising.clean(video) == video
    assert sanitising.is_harmless(video)
