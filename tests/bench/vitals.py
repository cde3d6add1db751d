"""What a merchant waits for: pages on a laptop and on a telephone, and our share of the waiting."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from playwright.sync_api import Browser, sync_playwright

from tests.bench import browsing, stage, table
from tests.bench.browsing import LAPTOP, PHONE, Profile
from tests.bench.visiting import PAGES, Merchant
from tests.browser.gallery import seed
from tests.processes import Product

RUNS = 8
ZID_SECONDS = 0.3
TIMES = 60  # each page is asked for, for our own share
GOALS_LCP = {LAPTOP: 800, PHONE: 2000}
GOALS_INP = {LAPTOP: 100, PHONE: 200}
GOAL_CLS = 0.02
GOAL_FIRST_KB, GOAL_LATER_KB = 200, 30
GOAL_MEDIAN_MS, GOAL_P95_MS = 15, 40
KB = 1024


@dataclass(kw_only=True)
class Figures:
    """One page's, a value for each run."""

    lcp: list[float] = field(default_factory=list)  # loaded by its address, with nothing cached
    shown: list[float] = field(default_factory=list)  # from the click that leads to it
    shifts: list[float] = field(default_factory=list)
    inp: list[float] = field(default_factory=list)
    first_kb: list[float] = field(default_factory=list)
    later_kb: list[float] = field(default_factory=list)


def main() -> None:
    table.headline(f"What a merchant waits for: {RUNS} runs, Zid answers after {ZID_SECONDS} s")
    with stage.started(
        on_servers=True,
        stores=2,
        customers=1200,
        workers=0,
        as_deployed=True,
        now=seed.NOW.isoformat(),
    ) as product:
        stage.run(product, "tests.browser.gallery.seed")
        product.sandbox.fault(path="managers/", kind="latency", seconds=ZID_SECONDS)
        with sync_playwright() as playwright, browsing.browser(playwright) as browser:
            for profile in (LAPTOP, PHONE):
                _measure(browser, product, profile)
        product.sandbox.clear_faults()
        _show_our_share(product)


def _measure(browser: Browser, product: Product, profile: Profile) -> None:
    print(f"{profile}; in the dashboard's frame, of another site than the dashboard")
    _check_line(browser, product, profile)
    figures = {page: Figures() for page in PAGES}
    for number in range(RUNS):
        table.say(f"{profile.name}, run {number + 1} of {RUNS}")
        with browsing.frames(browser, product=product, profile=profile) as frames:
            _run(Merchant(frames=frames), figures)
    _show(profile, figures)


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


def _run(merchant: Merchant, figures: dict[str, Figures]) -> None:
    """Go through all pages, do something on each, and then come to each of them afresh."""
    merchant.open()
    opened = figures["program"]
    opened.lcp.append(merchant.look("lcp"))
    opened.first_kb.append(merchant.frames.traffic.bytes / KB)
    opened.shifts.append(merchant.look("shifts"))
    for name, page in PAGES.items():
        its = figures[name]
        its.shown.append(merchant.follow(page.way))
        its.later_kb.append(merchant.frames.traffic.bytes / KB)
        page.act(merchant)
        its.inp.append(merchant.look("slowest"))
        its.shifts.append(merchant.look("shifts"))
    for name, page in PAGES.items():
        if name != "program":
            merchant.load(page.address)
            figures[name].lcp.append(merchant.look("lcp"))
            figures[name].first_kb.append(merchant.frames.traffic.bytes / KB)


def _show(profile: Profile, figures: dict[str, Figures]) -> None:
    head = [
        *("75 of 100 have at most", "LCP ms", "shown ms", "INP ms", "CLS"),
        *("first load KB", "later KB"),
    ]
    rows = [
        (
            name,
            f"{p75(its.lcp):.0f}",
            f"{p75(its.shown):.0f}",
            f"{p75(its.inp):.0f}",
            f"{p75(its.shifts):.3f}",
            f"{p75(its.first_kb):.0f}",
            f"{p75(its.later_kb):.1f}",
        )
        for name, its in figures.items()
    ]
    table.show(head, rows)
    print()

    def worst(of: Callable[[Figures], Sequence[float]]) -> float:
        return max(p75(of(its)) for its in figures.values())

    on = f"on a {profile.name}, slowest page"
    goal = _at_most
    goal(f"LCP {on}", GOALS_LCP[profile], worst(lambda its: its.lcp), " ms")
    goal(f"page shown after a click {on}", GOALS_LCP[profile], worst(lambda its: its.shown), " ms")
    goal(f"INP {on}", GOALS_INP[profile], worst(lambda its: its.inp), " ms")
    goal(f"CLS {on}", GOAL_CLS, worst(lambda its: its.shifts), "", digits=3)
    goal(f"first load on a {profile.name}", GOAL_FIRST_KB, p75(figures["program"].first_kb), " KB")
    goal(f"later page {on}", GOAL_LATER_KB, worst(lambda its: its.later_kb), " KB")
    print()


def _at_most(what: str, wanted: float, reached: float, unit: str, digits: int = 1) -> None:
    table.goal(what, wanted=wanted, reached=reached, unit=unit, at_most=True, digits=digits)


def _show_our_share(product: Product) -> None:
    table.headline(f"Our own share of a page: all but the exchange with Zid, {TIMES} times each")
    addresses = {name: page.address for name, page in PAGES.items()}
    asked = stage.ask(product, "tests.bench.vitals_inside", TIMES, *addresses.values())
    took = {name: asked[address] for name, address in addresses.items()}
    table.show(
        ["", "median ms", "95 of 100 ms"],
        [
            (name, f"{statistics.median(its):.1f}", f"{percentile(its, 95):.1f}")
            for name, its in took.items()
        ],
    )
    print()
    medians = max(statistics.median(its) for its in took.values())
    _at_most("median of the slowest page", GOAL_MEDIAN_MS, medians, " ms")
    slowest = max(percentile(its, 95) for its in took.values())
    _at_most("95 of 100 answers of the slowest page", GOAL_P95_MS, slowest, " ms")


def p75(values: Sequence[float]) -> float:
    return percentile(values, 75)


def percentile(values: Sequence[float], share: int) -> float:
    """The value that `share` of a hundred do not exceed."""
    return sorted(values)[math.ceil(share / 100 * len(values)) - 1]
