"""What was not touched goes back to Zid byte by byte; what was touched changes there alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loyaltyadmin.info_page import markup, sanitising
from loyaltyadmin.info_page.splicing import splice

PAGES = sorted((Path(__file__).parent / "pages").glob("*.html"))
each_page = pytest.mark.parametrize("source", PAGES, ids=lambda path: path.stem)


def read(source: Path) -> str:
    with source.open(encoding="utf-8", newline="") as file:
        return file.read()


def changed_part(before: str, after: str) -> str:
    start = same_at_start(before, after)
    end = same_at_start(before[start:][::-1], after[start:][::-1])
    return before[start : len(before) - end]


def same_at_start(one: str, other: str) -> int:
    differs = (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
    return next(differs, min(len(one), len(other)))


def test_there_are_as_many_pages_as_were_asked_for() -> None:
    assert len(PAGES) >= 20


@each_page
def test_an_untouched_page_is_the_same_byte_by_byte(source: Path) -> None:
    original = read(source)

    assert splice(original=original, edited=sanitising.clean(original)) == original
    assert splice(original=original, edited=original) == original


@each_page
def test_one_word_that_is_changed_changes_only_its_own_bytes(source: Path) -> None:
    original = read(source)
    shown = sanitising.clean(original)
    tokens = markup.tokens_of(shown)
    assert tokens is not None

    for at, token in enumerate(tokens):
        if token.says[0] != "words" or not token.text.strip():
            continue
        word = f"كلمة{token.text[len(token.text.rstrip()) :]}"
        others = [it.text for it in tokens]
        edited = "".join([*others[:at], word, *others[at + 1 :]])
        spliced = splice(original=original, edited=edited)

        assert sanitising.clean(spliced) == sanitising.clean(edited)
        # In the original the word may be written longer: &laquo; for «.
        assert markup.text_of(changed_part(original, spliced)) in markup.text_of(token.text)


@each_page
def test_a_paragraph_at_the_end_leaves_all_before_it_as_it_was(source: Path) -> None:
    original = read(source)

    spliced = splice(original=original, edited=f"{sanitising.clean(original)}<p>جديد 🎉</p>")

    assert spliced.startswith(original.rstrip()[:-20])
    assert sanitising.clean(spliced).endswith("<p>جديد 🎉</p>")


@each_page
def test_what_comes_back_says_what_was_written_whatever_was_done_to_it(source: Path) -> None:
    original = read(source)
    tokens = markup.tokens_of(sanitising.clean(original)) or []

    for step in (2, 3, 5):
        edited = "".join(it.text for at, it in enumerate(tokens) if at % step)

        spliced = splice(original=original, edited=edited)

        assert sanitising.clean(spliced) == sanitising.clean(edited) or markup.is_empty(edited)
        assert sanitising.is_harmless(spliced)


def test_the_editors_own_marks_are_no_change() -> None:
    original = "<p>one</p><p>two</p>"

    assert splice(original=original, edited="<p>one\u200b</p><p>two</p>") == original


def test_a_text_that_was_emptied_is_empty() -> None:
    assert splice(original="<p>one</p>", edited="<p><br></p>") == ""


def test_a_first_text_is_sent_as_it_was_written() -> None:
    assert splice(original="", edited="<p>one</p>") == "<p>one</p>"


def test_a_long_page_that_is_changed_in_many_places_takes_no_time() -> None:
    original = "<ul>" + "".join(f"<li>سطر {at}" for at in range(3000)) + "</ul>"
    edited = sanitising.clean(original).replace("سطر 7", "كلمة 7").replace("1</li>", "x</li>")

    spliced = splice(original=original, edited=edited)

    assert sanitising.clean(spliced) == edited


FRAGMENTS = st.lists(
    st.sampled_from(
        [
            *("<p>", "</p>", "<b>", "</b>", "<li>", "<ul>", "</ul>", "<td>", "<table>", "<br/>"),
            *("a ", "ب", "&amp;", "<", "&lt;", '"', "-->", "<p title='>'>", "\u200b", "\r\n"),
            *("<script>", "</script>", "<img src=x onerror=y>", "<a href='javascript:x'>"),
            *("<iframe>", "<!-- c -->"),
        ]
    ),
    max_size=14,
).map("".join)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine
@given(FRAGMENTS, FRAGMENTS)
def test_whatever_is_there_and_whatever_is_written_nothing_else_and_nothing_harmful_is_sent(
    original: str, edited: str
) -> None:
    spliced = splice(original=original, edited=edited)

    assert sanitising.is_harmless(spliced) or sanitising.clean(spliced) == spliced
    plain = markup.text_of(sanitising.clean(edited))
    assert markup.text_of(sanitising.clean(spliced)) == plain
