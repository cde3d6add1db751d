"""A change in words: of a long text what differs, and of an info page what is read."""

from __future__ import annotations

from loyaltyadmin.activity import words


def test_an_info_page_is_told_in_its_words_and_not_in_its_markup() -> None:
    [told] = words.differences(
        before={"content_en": "<h2>Points</h2><p>Collect &amp; sm<b>ile</b></p>"},
        after={"content_en": ""},
    )

    assert (told.before, told.after) == ("Points Collect & smile", "")


def test_of_two_long_texts_the_place_where_they_differ_is_shown() -> None:
    beginning = "The same words again and again. " * 20

    [told] = words.differences(
        before={"content_en": f"<p>{beginning}Ten points.</p>"},
        after={"content_en": f"<p>{beginning}Twelve points.</p>"},
    )

    assert told.before.startswith("…")
    assert told.before.endswith("again. Ten points.")
    assert told.after.endswith("again. Twelve points.")
    assert len(told.after) < 60


def test_what_was_not_there_and_is_empty_now_is_no_difference_but_off_is_one() -> None:
    [told] = words.differences(before=None, after={"file_name": "", "is_active": False})

    assert (told.before, told.after) == ("", "متوقف")
