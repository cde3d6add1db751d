"""What came of merchants' clicks, one line each as `tests.bench.clicking` writes them."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.bench.vitals import percentile

# How the app answers when it says that Zid did not do what was asked for.
TOLD = {422, 502, 503}


@dataclass(frozen=True, kw_only=True)
class Click:
    page: str
    at: float  # seconds since 1970
    seconds: float
    status: int  # 0: no answer came
    is_ours: bool  # the app wrote the answer, and not the server around it

    @property
    def answered_at(self) -> float:
        return self.at + self.seconds

    @property
    def is_shown(self) -> bool:
        return 0 < self.status < 400

    @property
    def is_told(self) -> bool:
        """The merchant reads that Zid did not answer; no mistake of ours."""
        return self.status in TOLD and self.is_ours

    @property
    def is_broken(self) -> bool:
        return not (self.is_shown or self.is_told)

    def line(self) -> str:
        return json.dumps(asdict(self))


def read(path: Path) -> list[Click]:
    # The last one may still be on its way.
    lines = path.read_text(encoding="utf-8").rpartition("\n")[0].splitlines()
    return [Click(**json.loads(line)) for line in lines]


def begun(clicks: Iterable[Click], *, since: float, until: float) -> list[Click]:
    return [click for click in clicks if since <= click.at < until]


def of_pages(clicks: Iterable[Click], pages: Iterable[str]) -> list[Click]:
    wanted = set(pages)
    return [click for click in clicks if click.page in wanted]


def milliseconds(clicks: Sequence[Click]) -> tuple[str, str]:
    """Half, and 95 of 100, were answered within so many."""
    if not clicks:
        return "–", "–"
    took = [1000 * click.seconds for click in clicks]
    return f"{statistics.median(took):.0f}", f"{percentile(took, 95):.0f}"


def seconds_until_shown(clicks: Iterable[Click], *, page: str, since: float) -> float | None:
    """How long after a moment a page was shown for the first time; None if it never was."""
    moments = [it.answered_at for it in of_pages(clicks, [page]) if it.is_shown and it.at >= since]
    return min(moments) - since if moments else None


def seconds_until_nothing_is_told(clicks: Iterable[Click], *, since: float) -> float:
    """How long after a moment a merchant last read that Zid did not answer."""
    return max(
        (it.answered_at - since for it in clicks if it.is_told and it.at >= since), default=0
    )
