"""Every state of every page: both languages, laptop and telephone, by day and by night."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Playwright, expect

from tests import services
from tests.browser.conftest import PATIENCE_MILLISECONDS
from tests.browser.gallery import looks, pictures, stage
from tests.browser.gallery.catalogue import CATALOGUE
from tests.browser.gallery.looks import Seen
from tests.browser.gallery.states import State, has_styleguide

pytestmark = [pytest.mark.browser, pytest.mark.gallery]

LookAt = Callable[[State, str], Seen]

# Each language has its process (tests/run.py): it opens the product once and each state once.
each_state = pytest.mark.parametrize(
    ("language", "state"),
    [
        pytest.param(
            language, state, marks=pytest.mark.xdist_group(language), id=f"{language}-{state}"
        )
        for language in stage.LOCALES
        for state in CATALOGUE
    ],
)


@pytest.fixture(scope="module")
def look_at(playwright: Playwright) -> Iterator[LookAt]:
    """Looks at a state, once: what one test has seen the next one need not open again."""
    if services.find_chromium() is None:
        pytest.skip("Chromium was not found")
    expect.set_options(timeout=PATIENCE_MILLISECONDS)
    seen: dict[tuple[str, str], Seen] = {}
    with stage.opened(playwright, with_debug=has_styleguide()) as opened:

        def look(state: State, language: str) -> Seen:
            key = (state.slug, language)
            if key not in seen:
                seen[key] = looks.look_at(opened, state, language=language)
            return seen[key]

        yield look


@each_state
def test_everybody_can_use_every_page(look_at: LookAt, state: State, language: str) -> None:
    seen = look_at(state, language)

    assert_nothing(seen.axe, f"{state.name} ({language}): axe finds what keeps people out")


@each_state
def test_every_page_fits_and_speaks_its_language(
    look_at: LookAt, state: State, language: str
) -> None:
    seen = look_at(state, language)

    assert_nothing(seen.complaints, f"{state.name} ({language})")


@each_state
def test_no_page_upsets_the_browser(look_at: LookAt, state: State, language: str) -> None:
    seen = look_at(state, language)

    assert_nothing({"console": seen.console}, f"{state.name} ({language})")


@each_state
def test_every_page_looks_as_it_was_accepted(look_at: LookAt, state: State, language: str) -> None:
    seen = look_at(state, language)

    different = {
        look: [said]
        for look, png in seen.pictures.items()
        if looks.is_kept(language, look)
        and (said := pictures.compare(png, pictures.file_name(state.slug, language, look)))
    }
    assert_nothing(different, f"{state.name} ({language}) does not look as it did")


def test_no_picture_is_of_a_state_that_is_gone() -> None:
    expected = {
        pictures.file_name(state.slug, language, look)
        for state in CATALOGUE
        for language in stage.LOCALES
        for look in (looks.name_of(*each) for each in looks.LOOKS)
        if looks.is_kept(language, look)
    }

    gone = {file.name for file in pictures.ACCEPTED.glob("*.png")} - expected

    assert gone == set(), f"Nothing shows these any more: {pictures.ACCEPT}"


def assert_nothing(found: dict[str, list[str]], headline: str) -> None:
    """Fail with each finding once, and in which looks it was."""
    where: dict[str, list[str]] = {}
    for look, texts in found.items():
        for text in texts:
            where.setdefault(text, []).append(look)
    lines = [f"- {text}\n  in: {', '.join(dict.fromkeys(names))}" for text, names in where.items()]
    if lines:
        pytest.fail(f"{headline}\n" + "\n".join(lines), pytrace=False)
