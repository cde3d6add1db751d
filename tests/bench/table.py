"""Tables and goals, as text."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def headline(text: str) -> None:
    print(f"\n== {text}\n", flush=True)


def say(text: str) -> None:
    """What is going on, for whoever watches; no part of the result."""
    print(f"   … {text}", file=sys.stderr, flush=True)


def show(head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print columns; the first to the left, the figures to the right."""
    texts = [list(map(str, row)) for row in (head, *rows)]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    for row in texts:
        first, *others = (
            text.rjust(width) if number else text.ljust(width)
            for number, (text, width) in enumerate(zip(row, widths, strict=True))
        )
        print("  ".join([first, *others]).rstrip(), flush=True)


def goal(
    what: str,
    *,
    wanted: float,
    reached: float,
    unit: str,
    at_most: bool = False,
    digits: int = 1,
) -> None:
    """Print a goal beside what was reached and, if it was missed, by how much."""
    missing = reached - wanted if at_most else wanted - reached
    sign = "≤" if at_most else "≥"
    verdict = "reached" if missing <= 0 else f"MISSED by {missing:.{digits}f}{unit}"
    print(
        f"goal: {what} {sign} {wanted:g}{unit}; {reached:.{digits}f}{unit}: {verdict}", flush=True
    )


def percent(share: float) -> str:
    return f"{100 * share:.1f} %"
