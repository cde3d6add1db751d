"""What a merchant waits for: pages on a laptop and on a telephone, and our share of the waiting."""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from playwright.sync_api import Browser, sync_playwright

from tests.bench import browsing, stage, table
from tests.bench.browsing import LAPTOP, PHONE, Profile
from tests.bench.pages import PAGES, Page
from tests.bench.visiting import Merchant
from tests.browser.gallery import seed
from tests.processes import Product

RUNS = 4
ZID_SECONDS = 0.3
TIMES = 60  # each page is asked for, for our own share
GOALS_LCP = {LAPTOP: 800, PHONE: 2000}
GOALS_INP = {LAPTOP: 100, PHONE: 200}
GOAL_CLS = 0.02
GOAL_FIRST_KB, GOAL_LATER_KB = 200, 30
GOAL_MEDIAN_MS, GOAL_P95_MS = 15, 40
KB = 1024
# Set up to write to customers; without a worker nobody is written to.
NOTICES = {"EMAIL_HOST": "127.0.0.1", "EMAIL_FROM": "loyalty@example.com", "NOTICES_KEY": "key"}


@dataclass(kw_only=True)
class Figures:
    """One page's, a value for each run."""

    lcp: list[float] = field(default_factory=list)  # loaded by its address, with nothing cached
    shown: list[float] = field(default_factory=list)  # from the click that leads to it
    shifts: list[float] = field(default_factory=list)
    inp: list[float] = field(default_factory=list)
    first_kb: list[float] = field(default_factory=list)
    later_kb: list[float] = field(default_factory=list)


def main(*, only: Sequence[str] = (), runs: int = RUNS) -> None:
    """All pages, or only those whose names are in `only`."""
    pages = {name: page for name, page in PAGES.items() if not only or name in only}
    table.headline(f"What a merchant waits for: {runs} runs, Zid answers after {ZID_SECONDS} s")
    with stage.started(
        on_servers=True,
        stores=1,
        customers=1200,
        workers=0,
        as_deployed=True,
        now=seed.NOW.isoformat(),
        **NOTICES,
    ) as product:
        stage.run(product, "tests.bench.full_pages")
        product.sandbox.fault(path="managers/", kind="latency", seconds=ZID_SECONDS)
        with sync_playwright() as playwright, browsing.browser(playwright) as browser:
            for profile in (LAPTOP, PHONE) if runs else ():
                _measure(browser, product, profile, pages, runs=runs)
        product.sandbox.clear_faults()
        _show_our_share(product, pages)


def _measure(
    browser: Browser, product: Product, profile: Profile, pages: Mapping[str, Page], *, runs: int
) -> None:
    print(f"{profile}; in the dashboard's frame, of another site than the dashboard")
    _check_line(browser, product, profile)
    opening, figures = Figures(), {name: Figures() for name in pages}
    for number in range(runs):
        table.say(f"{profile.name}, run {number + 1} of {runs}")
        with browsing.frames(browser, product=product, profile=profile) as frames:
            merchant = Merchant(frames=frames)
            _open(merchant, opening)
            for name, page in pages.items():
                _visit(merchant, page, figures[name])
    _show(profile, {"the app opens": opening, **figures})


def _check_line(browser: Browser, product: Product, profile: Profile) -> None:
    """Show that the frame is really slowed down, and not only the dashboard around it."""
    with browsing.frames(browser, product=product, profile=profile) as frames:
        merchant = Merchant(frames=frames)
        merchant.open()
        slower, away, megabits = frames.how_slow()
    print(
        f"measured in the frame: processor {slower:.1f}× slower, an answer {away:.0f} ms away,"
        f" {megabits:.1f} Mbit/s\n"
    )
    is_slow = profile.slower == 1 or slower > profile.slower / 2
    if not is_slow or away < profile.round_trip or megabits > 2.5 * profile.megabits:
        raise RuntimeError("The frame is not slowed down as it should be: nothing can be said.")


def _open(merchant: Merchant, its: Figures) -> None:
    merchant.open()
    its.lcp.append(merchant.look("lcp"))
    its.first_kb.append(merchant.frames.traffic.bytes / KB)
    its.shifts.append(merchant.look("shifts"))


def _visit(merchant: Merchant, page: Page, its: Figures) -> None:
    """Come to a page by its link, do something on it, and then come to it afresh."""
    merchant.load(page.start)
    its.shown.append(merchant.follow(page.come))
    its.later_kb.append(merchant.frames.traffic.bytes / KB)
    page.act(merchant)
    its.inp.append(merchant.look("slowest"))
    its.shifts.append(merchant.look("shifts"))
    merchant.load(page.address, is_first=True)
    its.lcp.append(merchant.look("lcp"))
    its.first_kb.append(merchant.frames.traffic.bytes / KB)


def _show(profile: Profile, figures: dict[str, Figures]) -> None:
    head = [
        *("75 of 100 have at most", "LCP ms", "shown ms", "INP ms", "CLS"),
        *("first load KB", "later KB"),
    ]
    rows = [
        (
            name,
            *(
                f"{p75(values):.{digits}f}" if values else "–"
                for values, digits in (
                    (its.lcp, 0),
                    (its.shown, 0),
                    (its.inp, 0),
                    (its.shifts, 3),
                    (its.first_kb, 0),
                    (its.later_kb, 1),
                )
            ),
        )
        for name, its in figures.items()
    ]
    table.show(head, rows)
    print()

    def worst(of: Callable[[Figures], Sequence[float]]) -> float:
        return max(p75(of(its)) for its in figures.values() if of(its))

    on = f"on a {profile.name}, slowest page"
    goal = _at_most
    goal(f"LCP {on}", GOALS_LCP[profile], worst(lambda its: its.lcp), " ms")
    goal(f"page shown after a click {on}", GOALS_LCP[profile], worst(lambda its: its.shown), " ms")
    goal(f"INP {on}", GOALS_INP[profile], worst(lambda its: its.inp), " ms")
    goal(f"CLS {on}", GOAL_CLS, worst(lambda its: its.shifts), "", digits=3)
    goal(f"first load {on}", GOAL_FIRST_KB, worst(lambda its: its.first_kb), " KB")
    goal(f"later page {on}", GOAL_LATER_KB, worst(lambda its: its.later_kb), " KB")
    print()


def _at_most(what: str, wanted: float, reached: float, unit: str, digits: int = 1) -> None:
    table.goal(what, wanted=wanted, reached=reached, unit=unit, at_most=True, digits=digits)


def _show_our_share(product: Product, pages: Mapping[str, Page]) -> None:
    table.headline(f"Our own share of a page: all but the exchange with Zid, {TIMES} times each")
    asked = {name: [page.address, page.is_painted_first] for name, page in pages.items()}
    took = stage.ask(product, "tests.bench.vitals_inside", TIMES, json.dumps(asked))
    table.show(
        ["", "median ms", "95 of 100 ms", "processor ms", "queries"],
        [
            (
                name,
                f"{statistics.median(its['milliseconds']):.1f}",
                f"{percentile(its['milliseconds'], 95):.1f}",
                f"{statistics.median(its['processor']):.1f}",
                f"{statistics.median(its['queries']):.0f}",
            )
            for name, its in took.items()
        ],
    )
    print()
    medians = max(statistics.median(its["milliseconds"]) for its in took.values())
    _at_most("median of the slowest page", GOAL_MEDIAN_MS, medians, " ms")
    slowest = max(percentile(its["milliseconds"], 95) for its in took.values())
    _at_most("95 of 100 answers of the slowest page", GOAL_P95_MS, slowest, " ms")


def p75(values: Sequence[float]) -> float:
    return percentile(values, 75)


def percentile(values: Sequence[float], share: int) -> float:
    """The value that `share` of a hundred do not exceed."""
    return sorted(values)[math.ceil(share / 100 * len(values)) - 1]
