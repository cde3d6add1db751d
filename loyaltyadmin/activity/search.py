"""What an entry can be found by: one folded text, written with it, because it never changes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.utils.html import strip_tags

from loyaltyadmin.activity.models import Entry
from loyaltyadmin.web.folding import fold

LONGEST_TEXT = 2000  # an info page's words further down are not looked for
MOST_WORDS = 8


def text_of(entry: Entry) -> str:
    """This will give everything that the entry says, for `words_of` to be looked for in it."""
    said = [
        entry.subject,
        *_values(entry.before),
        *_values(entry.after),
        entry.zid_message,
        *(str(number) for number in (entry.customer_id, entry.job_id) if number is not None),
    ]
    return fold(" ".join(filter(None, said)))[:LONGEST_TEXT]


def words_of(text: str) -> list[str]:
    """This will give the words to look for, each of which has to be there."""
    return re.split(r"\s+", fold(text).strip())[:MOST_WORDS] if text.strip() else []


def _values(state: dict[str, object] | None) -> Iterator[str]:
    for value in (state or {}).values():
        if isinstance(value, str):
            yield strip_tags(value) if "<" in value else value
        elif value is not None and not isinstance(value, bool):
            yield str(value)
