"""A change goes where it was made; all the rest stays as Zid gave it, byte by byte.

The editor gets the sanitised text and gives back another one. What differs between these two is
what the merchant did, and that alone is done to the original (docs/adr/0015-the-info-page.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from loyaltyadmin.info_page import markup, sanitising
from loyaltyadmin.info_page.markup import Token

# Beyond so many pairs a comparison takes seconds; then the text is sent in our own spelling.
MOST_PAIRS = 4_000_000

# What became of some tokens of a row in another: from, to; from, to there.
Opcode = tuple[str, int, int, int, int]


def splice(*, original: str, edited: str) -> str:
    """This will give the original with the changes that `edited` has against it.

    What comes back is harmless, and it says what `edited`, sanitised, says.
    """
    wanted, shown = sanitising.clean(edited), sanitising.clean(original)
    if _is_same(wanted, shown):
        return original if sanitising.is_harmless(original) else shown
    if markup.is_empty(wanted):
        return ""
    rows = [markup.tokens_of(text) for text in (original, shown, wanted)]
    spliced = "".join(_spliced(*(row for row in rows if row is not None))) if all(rows) else wanted
    says_the_same = _is_same(sanitising.clean(spliced), wanted)
    return spliced if says_the_same and sanitising.is_harmless(spliced) else wanted


def _is_same(one: str, other: str) -> bool:
    return one.replace(markup.ZERO_WIDTH_SPACE, "") == other.replace(markup.ZERO_WIDTH_SPACE, "")


def _spliced(original: list[Token], shown: list[Token], wanted: list[Token]) -> Iterator[str]:
    written = _written(original, shown)
    changes = _opcodes(shown, wanted)
    if written is None or changes is None:
        yield from (token.text for token in wanted)
        return
    has_new_tags = False
    for kind, first, end, there, there_end in changes:
        if kind == "equal":
            # An end tag that was left out belongs to the tag before it; a new one gets it written.
            is_bare = has_new_tags and first < end and not written[first]
            yield shown[first].text if is_bare else ""
            yield from written[first:end]
        else:
            yield from (token.text for token in wanted[there:there_end])
        changed = [*shown[first:end], *wanted[there:there_end]]
        has_new_tags = kind != "equal" and any(token.says[0] != "words" for token in changed)
    yield written[len(shown)]


def _written(original: list[Token], shown: list[Token]) -> list[str] | None:
    """How each token of `shown` is written in the original, and what stands behind the last one.

    What the original alone has (a comment) goes with the token behind it; what it leaves out (an
    end tag that parsers add) is written as nothing.
    """
    opcodes = _opcodes(original, shown)
    if opcodes is None:
        return None
    written = [""] * (len(shown) + 1)
    for kind, first, end, there, _there_end in opcodes:
        if kind == "equal":
            for at in range(end - first):
                written[there + at] += original[first + at].text
        else:
            # Several written in one: should only some of them stay, `splice` finds out.
            written[there] += "".join(token.text for token in original[first:end])
    return written


def _opcodes(one: Sequence[Token], other: Sequence[Token]) -> list[Opcode] | None:
    """What is the same in two rows and what is not; nothing when that would take too long."""
    before, after = [token.says for token in one], [token.says for token in other]
    start = 0
    while start < min(len(before), len(after)) and before[start] == after[start]:
        start += 1
    end = 0
    while end < min(len(before), len(after)) - start and before[-1 - end] == after[-1 - end]:
        end += 1
    inner = before[start : len(before) - end], after[start : len(after) - end]
    if len(inner[0]) * len(inner[1]) > MOST_PAIRS:
        return None
    middle = SequenceMatcher(None, *inner, autojunk=False).get_opcodes()
    return [
        ("equal", 0, start, 0, start),
        *((kind, a + start, b + start, c + start, d + start) for kind, a, b, c, d in middle),
        ("equal", len(before) - end, len(before), len(after) - end, len(after)),
    ]
