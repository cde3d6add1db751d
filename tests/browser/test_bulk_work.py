"""Bulk work from start to end, as a merchant does it: with a file that is not in order."""

from __future__ import annotations

import csv
import io
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenBrowser
from tests.browser.merchant import Merchant
from tests.processes import Product, running

pytestmark = pytest.mark.browser

STORE_ID = 90001
CUSTOMERS = range(1001, 6001)
LONG_MILLISECONDS = 120_000
# Ten thousand lines are sent here, each with its commits; what is proven is not what a disk does.
MEMORY = Path("/dev/shm")  # noqa: S108  # each run makes a folder of its own in it
# Of each hundred lines these seven are bad: what stands there for the customer and for the points.
BAD: dict[int, tuple[str | None, str]] = {
    0: ("نورة", "10"),
    7: (None, "10.5"),
    14: ("9.66E+11", "10"),
    21: (None, "0"),
    28: ("99999999", "10"),
    35: (None, "عشرة"),
    42: ("", "10"),
}
BAD_LINES = [at for at in range(len(CUSTOMERS)) if at % 100 in BAD]


@pytest.fixture
def large_product() -> Iterator[Product]:
    """A store of 5,000 customers, at a Zid without a limit worth the name."""
    with (
        tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder,
        running(
            data_dir=Path(folder),
            customers=len(CUSTOMERS),
            stores=1,
            ZID_RATE_LIMIT_PER_MINUTE="60000",
            ZID_RATE_LIMIT_BURST="1000",
        ) as product,
    ):
        yield product


def test_a_file_of_5000_lines_from_upload_to_undo(
    large_product: Product, open_browser: OpenBrowser, tmp_path: Path
) -> None:
    large_product.install(store_id=STORE_ID)
    merchant = Merchant(product=large_product, context=open_browser(), store_id=STORE_ID)
    merchant.open()
    app = merchant.app

    # Who the customers are has been read from Zid.
    merchant.go("customers")
    expect(app.locator("div.zid-row#directory form")).to_be_visible(timeout=LONG_MILLISECONDS)
    expect(app.locator("#customers tbody tr")).not_to_have_count(0)  # without a reload

    # The file does not say what its columns are, so the merchant does.
    upload(merchant, arabic_file(tmp_path))
    expect(app.locator("#id_customer")).to_be_visible(timeout=LONG_MILLISECONDS)
    assert "/columns/" in merchant.path
    app.locator("#id_customer").select_option("0")
    app.locator("#id_holds").select_option("number")
    app.locator("#id_points").select_option("1")
    app.locator("#id_reason_column").select_option("2")
    app.locator("form:has(#id_customer) button").click()

    # What it comes to, and what of it cannot be sent.
    left_out, totals = app.locator("#left-out-name"), app.locator("dl.zid-stats")
    expect(left_out).to_contain_text(f"{len(BAD_LINES):,}", timeout=LONG_MILLISECONDS)
    good = len(CUSTOMERS) - len(BAD_LINES)
    expect(totals.locator("dd").first).to_have_text(f"{good:,}")
    expect(totals).to_contain_text(f"+{10 * good:,}")

    # Two are put right where they stand.
    lines = app.locator(".zid-left-out li")
    lines.nth(0).locator("input[name^=customer-]").fill(str(CUSTOMERS[0]))
    lines.nth(1).locator("input[name^=points-]").fill("٢٠")
    app.locator("#save-left-out").click()
    expect(left_out).to_contain_text(f"{len(BAD_LINES) - 2:,}", timeout=LONG_MILLISECONDS)
    expect(totals.locator("dd").first).to_have_text(f"{good + 2:,}")
    given = Counter({customer: 10 for at, customer in enumerate(CUSTOMERS) if at % 100 not in BAD})
    given |= {CUSTOMERS[0]: 10, CUSTOMERS[7]: 20}
    assert moved(large_product) == {}

    # It is large: its number is typed. It is paused half-way, goes on, and ends.
    start(merchant, customers=len(given))
    expect(app.locator("#job-status[data-state=running]")).to_be_visible()
    app.locator("#pause").click()
    expect(app.locator("#job-status[data-state=paused]")).to_be_visible()
    assert len(moved(large_product)) < len(given)
    app.locator("#resume").click()
    wait_until_finished(merchant)
    first_job = merchant.path
    assert moved(large_product) == given

    # What was not made comes as a file, is put right there, and goes up again.
    upload(merchant, put_right(download_failed(merchant), tmp_path))
    warning = app.locator(".zid-alert--warning", has=app.locator(f"a[href='{first_job}']"))
    expect(warning).to_contain_text(
        merchant.says(
            "This file brings back lines that were not made in an earlier bulk adjustment."
        )
    )
    expect(warning).to_contain_text(
        merchant.says("Nobody on this list was adjusted by it, so nobody is adjusted twice.")
    )
    expect(left_out).to_have_count(0)
    rest = Counter({CUSTOMERS[at]: 10 for at in BAD_LINES[2:]})
    start(merchant, customers=len(rest))
    wait_until_finished(merchant)
    assert moved(large_product) == given + rest

    # The first one is taken back, and only that.
    merchant.go("bulk-adjustments")
    app.locator(f"main a[href='{first_job}']").click()
    app.locator("#undo").click()
    start(merchant, customers=len(given))
    wait_until_finished(merchant)
    assert moved(large_product) == rest

    calls = len(given) + len(rest) + len(given)
    assert len(large_product.sandbox.ledger(STORE_ID)) == calls
    assert merchant.watch.complaints == []
    assert not [seen for seen in merchant.watch.statuses if seen[1] >= 500]


def arabic_file(folder: Path) -> Path:
    """As a spreadsheet with an Arabic locale writes it, under names that could be anything."""
    lines = ["المعني;القيمة;المناسبة"]
    for at, customer in enumerate(CUSTOMERS):
        written, points = BAD.get(at % 100, (None, "10"))
        lines.append(f"{customer if written is None else written};{points};عيد مبارك")
    file = folder / "عملاء العيد.csv"
    file.write_text("\r\n".join(lines) + "\r\n", encoding="utf-8-sig")
    return file


def upload(merchant: Merchant, file: Path) -> None:
    merchant.go("bulk-adjustments")
    merchant.app.locator("input[type=file]").set_input_files(file)
    merchant.app.locator("main form[enctype] button").click()


def start(merchant: Merchant, *, customers: int) -> None:
    """Confirm the draft; the number is typed where it is asked for."""
    button = merchant.app.locator("#start:not([disabled])")
    expect(button).to_be_visible(timeout=LONG_MILLISECONDS)
    if (typed := merchant.app.locator("#id_customers")).count():
        typed.fill(str(customers))
    button.click()
    expect(merchant.app.locator("#job-status")).to_be_visible(timeout=LONG_MILLISECONDS)


def wait_until_finished(merchant: Merchant) -> None:
    """However slow the machine is, as long as the bar moves."""
    finished = merchant.app.locator("#job-status[data-state=finished]")
    done = -1
    while True:
        try:
            expect(finished).to_be_visible()
        except AssertionError:
            before, done = done, merchant.app.locator("progress").first.evaluate("it => it.value")
            assert done > before
        else:
            return


def moved(product: Product) -> Counter[int]:
    """What Zid's own books say that customers got, those with something left of it."""
    points: Counter[int] = Counter()
    for entry in product.sandbox.ledger(STORE_ID):
        points[entry["customer_id"]] += int(f"{entry['direction']}{entry['points']}")
    return Counter({customer: number for customer, number in points.items() if number})


def download_failed(merchant: Merchant) -> tuple[str, bytes]:
    with merchant.page.expect_download() as download:
        merchant.app.locator("#failed").click()
    return download.value.suggested_filename, download.value.path().read_bytes()


def put_right(failed: tuple[str, bytes], folder: Path) -> Path:
    """Each line says what was wrong with it; it gets its customer and ten points."""
    name, content = failed
    reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
    rows = list(reader)
    assert len(rows) == len(BAD_LINES) - 2
    assert all(row["problem"] for row in rows)
    file = folder / name
    with file.open("w", encoding="utf-8-sig", newline="") as opened:
        writer = csv.DictWriter(opened, reader.fieldnames or [])
        writer.writeheader()
        for at, row in zip(BAD_LINES[2:], rows, strict=True):
            writer.writerow(row | {"customer": CUSTOMERS[at], "points": 10})
    return file
