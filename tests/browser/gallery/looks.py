"""Looks at a state as it is shown on a laptop and on a telephone, by day and by night."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT

from tests.browser.gallery.stage import HEIGHTS, LAPTOP, PHONE, Stage, Visit
from tests.browser.gallery.states import State

HERE = Path(__file__).parent
INSPECT = (HERE / "inspect.js").read_text(encoding="utf-8")
HOLD_STILL = (HERE / "hold_still.js").read_text(encoding="utf-8")
# WCAG 2.2 AA, and what axe calls best practices beside it.
# No preloading: axe would fetch the stylesheets, which the page's policy forbids, and says later.
AXE_OPTIONS: dict[str, Any] = {
    "runOnly": [
        *("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"),
    ],
    "resultTypes": ["violations"],
    "preload": False,
}
RUN_AXE = "async (options) => (await axe.run(document, options)).violations"
# By night only colours differ from the same look by day: see tokens.css.
RULES_ABOUT_COLOURS: dict[str, Any] = {
    "runOnly": ["color-contrast", "link-in-text-block"],
    "resultTypes": ["violations"],
    "preload": False,
}
# Names that are the same in every language, and what people type into a file.
SAME_IN_ARABIC = ["CSV", "XLSX", "VIP", "UTF", "English", "Zid", "IBM", "Excel"]
PAINTED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
HEIGHT = "() => document.scrollingElement.scrollHeight"
MOST_PICTURES = 10
# From light to dark and on to the telephone and back: each look changes one thing only.
LOOKS = [(LAPTOP, "light"), (LAPTOP, "dark"), (PHONE, "dark"), (PHONE, "light")]


@dataclass(kw_only=True)
class Seen:
    """What was found in one state in one language, by the look in which it was."""

    axe: dict[str, list[str]] = field(default_factory=dict)
    complaints: dict[str, list[str]] = field(default_factory=dict)
    console: list[str] = field(default_factory=list)
    pictures: dict[str, bytes] = field(default_factory=dict)


def name_of(width: int, theme: str) -> str:
    return f"{width}-{theme}"


def is_kept(language: str, look: str) -> bool:
    """Of which looks there is a picture: light ones, and dark once; the repository stays small."""
    kept = {name_of(LAPTOP, "light"), name_of(PHONE, "light")}
    return look in kept or (language == "ar" and look == name_of(LAPTOP, "dark"))


def look_at(stage: Stage, state: State, *, language: str, judge: bool = True) -> Seen:
    """Bring a state about and look at it four times; without `judge` only for the pictures."""
    seen = Seen()
    with stage.showing(state, language=language) as visit:
        visit.frame.evaluate(HOLD_STILL)
        seen.console = [text for text in visit.watch.complaints if not _is_about(text, state)]
        for name in _looks(stage, visit):
            if judge:
                _judge(visit, name, state, seen)
            if not judge or is_kept(language, name):
                seen.pictures[name] = _picture(visit)
    return seen


def _judge(visit: Visit, name: str, state: State, seen: Seen) -> None:
    is_day = name.endswith("light")
    seen.axe[name] = _ask_axe(visit, AXE_OPTIONS if is_day else RULES_ABOUT_COLOURS)
    if is_day:
        wanted = {
            "language": visit.language,
            "words": SAME_IN_ARABIC,
            "isTranslated": state.is_for_merchants,
            "isPhone": name.startswith(str(PHONE)),
        }
        seen.complaints[name] = visit.frame.evaluate(INSPECT, wanted)


def _looks(stage: Stage, visit: Visit) -> Iterator[str]:
    for width, theme in LOOKS:
        visit.page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
        stage.resize(visit, width)
        if visit.is_framed:
            _grow(visit, width)
        yield name_of(width, theme)


def _grow(visit: Visit, width: int) -> None:
    """Make the frame as high as what is in it, so that everything is in the picture."""
    visit.frame.wait_for_function("width => innerWidth === width || innerWidth > 900", arg=width)
    height = HEIGHTS[width]
    # More than once: the dashboard may give the frame a least height, and a page may fill it.
    for _ in range(3):
        visit.page.set_viewport_size({"width": width, "height": height})
        # The frame is drawn by a process of its own, which hears of its size a little later.
        inside = visit.page.locator("iframe.frame").evaluate("frame => frame.clientHeight")
        visit.frame.wait_for_function("height => innerHeight === height", arg=inside)
        missing = int(visit.frame.evaluate(HEIGHT)) - int(inside)
        if missing <= 0:
            break
        height += missing
    visit.frame.evaluate(PAINTED)


def _picture(visit: Visit) -> bytes:
    """What is there when two pictures in a row are the same."""
    before, now = b"", _take(visit)
    for _ in range(MOST_PICTURES):
        if before == now:
            break
        before, now = now, _take(visit)
    return now


def _take(visit: Visit) -> bytes:
    if visit.is_framed:
        return visit.page.locator("iframe.frame").screenshot(animations="disabled", scale="css")
    return visit.page.screenshot(animations="disabled", scale="css", full_page=True)


def _ask_axe(visit: Visit, options: dict[str, Any]) -> list[str]:
    if not visit.frame.evaluate("() => 'axe' in window"):
        visit.frame.evaluate(AXE_SCRIPT)
    violations: list[dict[str, Any]] = visit.frame.evaluate(RUN_AXE, options)
    return [
        f"{violation['id']} ({violation['impact']}): {violation['help']}:"
        f" {node['html'][:200]} {_why(node)}"
        for violation in violations
        for node in violation["nodes"]
    ]


def _why(node: dict[str, Any]) -> str:
    checks = [check for kind in ("any", "all", "none") for check in node[kind]]
    return "; ".join(check["message"] for check in checks)


def _is_about(text: str, state: State) -> bool:
    """Whether a browser or htmx only says that an answer had the status that it is to have."""
    expected = rf"(status of|Error Code|status code) {state.status}\b"
    return state.status != 200 and re.search(expected, text) is not None
