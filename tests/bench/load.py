"""200 merchants who click while 50 stores run jobs; then the same while Zid is slow, and gone."""

from __future__ import annotations

import contextlib
import html
import json
import math
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loyaltyadmin.web import development
from tests.bench import clicks, stage, table, watching
from tests.bench.clicks import Click
from tests.bench.watching import Sight
from tests.journeys.judge import moment
from tests.processes import Product
from tests.zid_sandbox.seed import FIRST_STORE_ID, first_customer_id

MERCHANTS, BUSY = 200, 50
RATE = BURST = 60
CUSTOMERS = 200  # of each store, and lines of each job
SECONDS = 300
TROUBLE_SECONDS = 90
SLOW_SECONDS = 2
ZID_TIMEOUT_SECONDS = 20
COME_SECONDS = 30  # until all merchants are there
REST_SECONDS = 20  # between two kinds of trouble
# What asks Zid nothing must not wait for it.
WITHOUT_A_CALL = (
    "customers",
    "search",
    "bulk adjustments",
    "bulk adjustment",
    "progress",
    "activity",
)
FRESH = "program, fresh"


@dataclass(frozen=True, kw_only=True)
class Phase:
    name: str
    begin: float
    end: float
    calls: dict[int, int]  # by busy store, how many the limit let through

    @property
    def seconds(self) -> float:
        return self.end - self.begin

    def shares(self) -> Sequence[float]:
        """Of what the limit lets through, by each busy store's job and merchant together."""
        return [number / (self.seconds * RATE / 60) for number in self.calls.values()]

    def row(self, its: Sequence[Click], sights: Sequence[Sight]) -> tuple[object, ...]:
        return (
            self.name,
            f"{len(its) / self.seconds:.1f}",
            *clicks.milliseconds(its),
            clicks.milliseconds(clicks.of_pages(its, WITHOUT_A_CALL))[1],
            f"{1000 * max((it.health_seconds for it in sights), default=0):.0f}",
            sum(it.is_told for it in its),
            sum(it.is_broken for it in its),
            max((it.waiting for it in sights), default=0),
            table.percent(statistics.median(self.shares())),
            f"{max((it.message_seconds for it in sights), default=0):.0f}",
        )


def main(*, seconds: int = SECONDS) -> None:
    """`seconds` of it with a Zid that answers at once. Each trouble lasts no longer than that, and
    at least until the calls that wait are given up.
    """
    trouble = max(2 * ZID_TIMEOUT_SECONDS, min(seconds, TROUBLE_SECONDS))
    in_all = COME_SECONDS + seconds + 3 * (trouble + REST_SECONDS)
    table.headline(f"{MERCHANTS} merchants click while {BUSY} stores run jobs, {seconds} s")
    with contextlib.ExitStack() as stack:
        product = stack.enter_context(_started())
        merchants = [_merchant(product, index) for index in range(MERCHANTS)]
        _wait_until_all_is_read(product)
        for _ in range(math.ceil((BURST + in_all * RATE / 60) / CUSTOMERS)):
            stage.queue_jobs(product, stores=BUSY, lines=CUSTOMERS)
        watch = stack.enter_context(watching.watching(product))
        written = stack.enter_context(_clicking(product, merchants, seconds=in_all))
        table.say("the merchants come")
        time.sleep(COME_SECONDS)
        phases = [_phase(product, "Zid answers at once", seconds)]
        with _trouble(product, kind="latency", seconds=SLOW_SECONDS):
            phases.append(_phase(product, f"Zid answers in {SLOW_SECONDS} s", trouble))
        time.sleep(REST_SECONDS)
        # What hangs in the stand-in's own threads ends by itself.
        with _trouble(product, kind="hang", seconds=2 * ZID_TIMEOUT_SECONDS):
            phases.append(_phase(product, "Zid is gone", trouble))
        phases.append(_phase(product, "Zid is back", trouble))
        began = {store_id: _first_line(product, store_id, since=phases[-1].begin)
                 for store_id in _busy()}  # fmt: skip
        _show(clicks.read(written), phases, watch, began)


@contextlib.contextmanager
def _started() -> Iterator[Product]:
    table.say(f"starting for {MERCHANTS} stores")
    with stage.started(
        on_servers=True,
        stores=MERCHANTS,
        customers=CUSTOMERS,
        rate=RATE,
        burst=BURST,
        as_deployed=True,
        ZID_RATE_LIMIT_PER_MINUTE=str(RATE),
        ZID_RATE_LIMIT_BURST=str(BURST),
        ZID_TIMEOUT_SECONDS=str(ZID_TIMEOUT_SECONDS),
        ZID_SETTLE_SECONDS="90",
    ) as product:
        yield product


def _merchant(product: Product, index: int) -> dict[str, Any]:
    """Where the dashboard of a store opens the app."""
    store_id = FIRST_STORE_ID + index
    with urllib.request.urlopen(  # noqa: S310  # this machine's own address
        product.dashboard_url(store_id=store_id, language="ar"), timeout=30
    ) as page:
        found = re.search(r'<iframe[^>]* src="([^"]+)"', page.read().decode())
    assert found is not None
    return {
        "store_id": store_id,
        "customer_id": first_customer_id(index),
        "address": html.unescape(found[1]),
    }


def _wait_until_all_is_read(product: Product) -> None:
    """The customers of stores that were just installed are read in the background."""
    table.say("waiting until the customers are read")
    before = -1
    for _ in range(60):
        now = int(product.sandbox.stats()["calls"])
        if now == before:
            return
        before = now
        time.sleep(5)


@contextlib.contextmanager
def _clicking(
    product: Product, merchants: list[dict[str, Any]], *, seconds: float
) -> Iterator[Path]:
    """Let merchants click in a process of their own; gives the file of what comes of it."""
    with tempfile.TemporaryDirectory(prefix="loyaltyadmin-clicks-") as folder:
        asked, written = Path(folder, "merchants.json"), Path(folder, "clicks")
        asked.write_text(json.dumps(merchants), encoding="utf-8")
        with asked.open("rb") as source, written.open("wb") as target:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.bench.clicking", str(seconds), product.url],
                cwd=development.ROOT,
                stdin=source,
                stdout=target,
            )
        try:
            yield written
        finally:
            process.terminate()
            process.wait()


def _phase(product: Product, name: str, seconds: float) -> Phase:
    table.say(f"{name}: {seconds:.0f} s")
    before, begin = _calls(product), time.time()
    time.sleep(seconds)
    end, after = time.time(), _calls(product)
    calls = {store_id: after[store_id] - before[store_id] for store_id in _busy()}
    return Phase(name=name, begin=begin, end=end, calls=calls)


def _busy() -> Sequence[int]:
    return range(FIRST_STORE_ID, FIRST_STORE_ID + BUSY)


def _calls(product: Product) -> dict[int, int]:
    stores = product.sandbox.stats()["stores"]
    return {id_: stores[str(id_)]["calls"] - stores[str(id_)]["too_many"] for id_ in _busy()}


@contextlib.contextmanager
def _trouble(product: Product, **fault: object) -> Iterator[None]:
    product.sandbox.fault(path="/", **fault)
    try:
        yield
    finally:
        product.sandbox.clear_faults()


def _first_line(product: Product, store_id: int, *, since: float) -> float | None:
    """How long after a moment the first line of a store was applied."""
    moments = (moment(it["date"]).timestamp() for it in product.sandbox.ledger(store_id))
    return min((at - since for at in moments if at >= since), default=None)


def _show(
    all_clicks: list[Click],
    phases: Sequence[Phase],
    watch: watching.Watch,
    began: dict[int, float | None],
) -> None:
    by_phase = [clicks.begun(all_clicks, since=it.begin, until=it.end) for it in phases]
    pages = sorted({click.page for click in by_phase[0]})
    table.show(
        [phases[0].name, "asked", "half ms", "95 of 100 ms"],
        [
            (page, len(its), *clicks.milliseconds(its))
            for page in pages
            for its in [clicks.of_pages(by_phase[0], [page])]
        ],
    )
    print()
    table.show(
        [
            *("", "a second", "half ms", "95 % ms", "without a call", "/healthz ms"),
            *("told", "broken", "waiting for Zid", "of the limit", "oldest message s"),
        ],
        [
            phase.row(its, watch.during(since=phase.begin, until=phase.end))
            for phase, its in zip(phases, by_phase, strict=True)
        ],
    )
    back = phases[-1].begin
    fresh = clicks.seconds_until_shown(all_clicks, page=FRESH, since=back)
    told = clicks.seconds_until_nothing_is_told(by_phase[-1], since=back)
    lines = [seconds for seconds in began.values() if seconds is not None]
    table.show(
        ["when Zid is back", "seconds"],
        [
            ("a page is fresh", _said(fresh)),
            ("no page says otherwise any more", _said(told)),
            ("the first job goes on", _said(min(lines, default=None))),
            (f"the last of {len(lines)} goes on", _said(max(lines, default=None))),
        ],
    )
    print()
    for phase, its in zip(phases, by_phase, strict=True):
        broken = sum(click.is_broken for click in its)
        what = f"broken clicks, {phase.name}"
        table.goal(what, wanted=0, reached=broken, unit="", at_most=True, digits=0)


def _said(seconds: float | None) -> str:
    return "–" if seconds is None else f"{seconds:.1f}"
