"""The catalogue: a sentence for each state, the address it is of, and how to bring it about.

A state is brought about at the edges only: rows (seed.py), the stand-in for Zid and its faults,
and what a merchant can do. A new page gets its states here, or tests/test_pages.py says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from django.urls import NoReverseMatch, reverse
from playwright.sync_api import expect

from tests.browser.gallery import seed, seed_recurring
from tests.browser.gallery.stage import Visit

READ_PROGRAM = "managers/loyalty-program/list-data"
STYLEGUIDE = "styleguide"
CORPUS = Path(__file__).parents[2] / "points_adjustments" / "corpus"
MADE = ".zid-alert--success"
PUT_DAY = "(it, day) => { it.textContent = it.textContent.replace(/\\d+ \\S+ \\d{4}/, day); }"
AS_IF_FROM_BEFORE = """it => {
  const was = JSON.parse(it.value);
  it.value = JSON.stringify(Object.fromEntries(Object.keys(was).map(name => [name, "before"])));
}"""


@dataclass(frozen=True, kw_only=True)
class State:
    name: str
    shows: str  # the URL name
    bring_about: Callable[[Visit], None]
    store_id: int | None = 90001  # None: somebody who has not opened the app, in no frame
    status: int = 200  # of the last answer; a browser complains about the others by itself
    leaves_a_mess: bool = False  # the page cannot be used for another state
    is_for_merchants: bool = True  # and so all of it is translated

    @property
    def slug(self) -> str:
        return re.sub(r"[^a-z0-9]+", "-", self.name.lower()).strip("-")

    def __str__(self) -> str:
        return self.slug


def at(path: str) -> Callable[[Visit], None]:
    return lambda visit: visit.go_to(path)


def job(name: str, query: str = "") -> Callable[[Visit], None]:
    return at(f"/bulk-adjustments/{seed.job_id(name)}/{query}")


def zid_fails(path: str, **fault: object) -> Callable[[Visit], None]:
    """Load a page while everything that is asked of Zid fails."""

    def bring_about(visit: Visit) -> None:
        visit.product.sandbox.fault(**{"path": "managers/", "kind": "status", **fault})
        visit.go_to(path)

    return bring_about


def paints_before_zid_answers(visit: Visit) -> None:
    """Follow the link to the program, which was seen before, while Zid takes its time."""
    visit.go_to("/customers/")
    visit.product.sandbox.fault(path=READ_PROGRAM, kind="latency", seconds=45)
    visit.go("program")
    expect(visit.app.locator("[data-stale].htmx-request")).to_be_visible()


def types_method(value: str, points: str) -> Callable[[Visit], None]:
    def bring_about(visit: Visit) -> None:
        visit.go_to("/redemption-methods/add/")
        visit.app.locator("#id_discount_value").fill(value)
        visit.app.locator("#id_points_to_redeem").press_sequentially(points)
        expect(visit.app.locator("#worth .zid-warning").first).to_be_visible()

    return bring_about


def switch_fails(**fault: object) -> Callable[[Visit], None]:
    def bring_about(visit: Visit) -> None:
        visit.go_to("/program/")
        visit.product.sandbox.fault(**{"kind": "status", **fault})
        visit.rule().get_by_role("switch").click()
        expect(visit.app.locator("[role=alert]:not(:empty)")).to_be_visible()

    return bring_about


def restores(path: str, what: str) -> Callable[[Visit], None]:
    return at(f"{path}restore/{seed.ENTRIES[what]}/")


def customer(customer_id: int) -> Callable[[Visit], None]:
    return at(f"/customers/{customer_id}/")


def segment(name: str, rest: str = "") -> str:
    return f"/segments/{seed.segment_id(name)}/{rest}"


def used_segment(rest: str = "") -> str:
    """The one whose customers a recurring adjustment is for."""
    return f"/segments/{seed_recurring.SEGMENT_ID}/{rest}"


def chooses(points: str) -> Callable[[Visit], None]:
    def bring_about(visit: Visit) -> None:
        visit.go_to("/segments/add/")
        visit.app.locator("#id_points_from").fill(points)
        expect(visit.app.locator("#preview dd").first).to_be_visible()

    return bring_about


def searches(typed: str) -> Callable[[Visit], None]:
    def bring_about(visit: Visit) -> None:
        visit.go_to("/customers/")
        visit.app.locator("#id_typed").fill(typed)
        expect(visit.app.locator("#customers [name=search]")).not_to_have_value("")

    return bring_about


def ticks(number: int) -> Callable[[Visit], None]:
    def bring_about(visit: Visit) -> None:
        visit.go_to("/customers/")
        boxes = visit.app.locator(".zid-ticked input")
        for at in range(number):
            boxes.nth(at).check()
        expect(visit.app.locator("[data-ticked]")).to_contain_text(str(number))

    return bring_about


def adjusts(
    customer_id: int, *, points: int, reason: str, shows: str, action: str = "add"
) -> Callable[[Visit], None]:
    """Send the form on a customer's page; in English on the next one's, whom nobody has changed.

    In a store whose program is not shown: its points would be others afterwards.
    """

    def bring_about(visit: Visit) -> None:
        visit.go_to(f"/customers/{customer_id + (visit.language == 'en')}/")
        visit.app.locator(f"#adjust-customer-points [name=action][value={action}]").check()
        visit.fill_adjustment(points=points, reason=reason).click()
        expect(visit.app.locator(f"#adjust-customer-points {shows}")).to_be_visible()
        if shows == MADE:  # then the points are asked for again, and the first entry comes
            expect(visit.app.locator("#customer-points tbody tr")).to_have_count(1)

    return bring_about


def tells(customer_id: int, *, typed: str = "") -> Callable[[Visit], None]:
    """Tick that the customer is told; with `typed` as the text send it, which goes wrong."""

    def bring_about(visit: Visit) -> None:
        visit.go_to(f"/customers/{customer_id}/")
        send = visit.fill_adjustment(points=50, reason="هدية")
        visit.app.locator("#id_tell").check()
        expect(visit.app.locator("#preview .zid-panel")).to_be_visible()
        if typed:
            visit.app.locator("#id_text_ar").fill(typed)
            send.click()
            expect(visit.app.locator("#id_text_ar_error")).to_be_visible()

    return bring_about


def sends_no_file(visit: Visit) -> None:
    visit.go_to("/bulk-adjustments/")
    visit.app.locator("main form[enctype] button").click()
    expect(visit.app.locator("#id_file_error")).to_be_visible()


def sends_nonsense(visit: Visit) -> None:
    visit.go_to("/bulk-adjustments/")
    file = {"name": "nonsense.csv", "mimeType": "text/csv", "buffer": b"nonsense\n1\n"}
    visit.app.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]
    visit.app.locator("main form[enctype] button").click()
    expect(visit.app.locator("#id_file_error")).to_be_visible()


def pastes_too_much(visit: Visit) -> None:
    """As a browser without scripts sends it."""
    visit.go_to("/bulk-adjustments/")
    lines = f"{'x' * 99}\n" * 11_000
    visit.app.locator("#id_pasted").evaluate(
        "(field, lines) => { delete field.dataset.longAsFile; field.value = lines }", lines
    )
    visit.app.locator("main form[enctype] button").click()
    expect(visit.app.locator(".zid-main--lonely")).to_be_visible()


def asks_for_the_columns(visit: Visit) -> None:
    """A file as another program exports it: with names of its own, in an order of its own."""
    lines = (
        "الاسم,الرمز,القيمة,ملاحظة",
        "نورة العتيبي,1001,50,عيد مبارك",
        'Sara Al-Qahtani,1002,"1,000",شكرًا على الصبر',
        "محمد,1003,20,",
    )
    visit.go_to("/bulk-adjustments/")
    file = {"name": "عملاء العيد.csv", "mimeType": "text/csv", "buffer": "\n".join(lines).encode()}
    visit.app.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]
    visit.app.locator("main form[enctype] button").click()
    expect(visit.app.locator("#id_holds")).to_be_visible()


def asks_for_a_hidden_column(visit: Visit) -> None:
    visit.go_to("/bulk-adjustments/")
    visit.app.locator("input[type=file]").set_input_files(CORPUS / "hidden-column.xlsx")
    visit.app.locator("main form[enctype] button").click()
    expect(visit.app.locator("#id_holds")).to_be_visible()


def chooses_no_column(visit: Visit) -> None:
    asks_for_the_columns(visit)
    visit.app.locator("#id_customer").select_option("1")
    visit.app.locator("#id_points").select_option("1")
    visit.app.locator("main form.zid-form button").click()
    expect(visit.app.locator("#id_points_error")).to_be_visible()


def starts_yesterday(visit: Visit) -> None:
    job("draft")(visit)
    visit.app.locator("#id_starts_at").fill("2020-01-01T10:00")
    visit.app.locator("button[form=confirm]").click()
    expect(visit.app.locator("#id_starts_at_error")).to_be_visible()


def types_no_number(visit: Visit) -> None:
    job("draft to approve")(visit)
    visit.app.locator("button[form=confirm]").click()
    expect(visit.app.locator("#id_customers_error")).to_be_visible()


def edits(what: str, *, typed: str = "", stale: bool = False) -> Callable[[Visit], None]:
    """Open the form of the first rule or method; type into its first field, and save.

    `stale` is a form that was opened before somebody else changed the same thing.
    """

    def bring_about(visit: Visit) -> None:
        visit.go_to("/program/")
        visit.app.locator(f"[id^={what}-] [id^=edit-]").first.click()
        expect(visit.app.locator("main form.zid-form")).to_be_visible()
        if stale:
            save_late(visit)
        if typed:
            visit.app.locator("main input[type=text]").first.fill(typed)
            visit.app.locator("#save").click()
            expect(visit.app.locator("main .zid-input-helper--error").first).to_be_visible()

    return bring_about


def leaves_unsaved(visit: Visit) -> None:
    edits("cashback-rule")(visit)
    example = visit.app.locator("#example")
    before = example.inner_text()
    visit.app.locator("main input[type=text]").first.fill("7")
    expect(example).not_to_have_text(before, use_inner_text=True)
    visit.app.locator("nav.zid-nav a[href='/customers/']").click()
    expect(visit.app.locator("dialog#unsaved")).to_be_visible()


def saves_late(opens: Callable[[Visit], None]) -> Callable[[Visit], None]:
    """Save a form that was opened before somebody else changed the same thing."""

    def bring_about(visit: Visit) -> None:
        opens(visit)
        save_late(visit)

    return bring_about


def save_late(visit: Visit) -> None:
    visit.app.locator("[name=based_on]").evaluate(AS_IF_FROM_BEFORE)
    visit.app.locator("main input[type=text]").first.fill("7")
    visit.app.locator("#save").click()
    expect(visit.app.locator("main [role=alert].zid-alert--warning")).to_be_visible()


def recurring(name: str, end: str = "") -> Callable[[Visit], None]:
    """Open one. What would be its next time were it started today is another one each day."""

    def bring_about(visit: Visit) -> None:
        visit.go_to(f"/recurring-adjustments/{seed_recurring.id_of(name)}/{end}")
        if "stop_reason" in seed_recurring.ALL[name]:
            day = "31 مارس 2026" if visit.language == "ar" else "31 March 2026"
            for title in visit.app.locator("#forecast .zid-alert__title").all():
                title.evaluate(PUT_DAY, day)

    return bring_about


def saves(path: str, *, typed: str) -> Callable[[Visit], None]:
    def bring_about(visit: Visit) -> None:
        visit.go_to(path)
        visit.app.locator("main input[type=text]").first.fill(typed)
        visit.app.locator("#save").click()
        expect(visit.app.locator("main .zid-input-helper--error").first).to_be_visible()

    return bring_about


def changes_what_is_not_paid(visit: Visit) -> None:
    visit.go_to("/quick-choices/")
    visit.app.locator("main input[type=text]").first.fill("5")
    visit.app.locator("#save").click()
    expect(visit.app.locator("main h1.zid-empty__title, main .zid-empty h1")).to_be_visible()


def deletes(visit: Visit) -> None:
    edits("redemption-method")(visit)
    visit.app.locator("main a[href$='/delete/']").click()
    expect(visit.app.locator("main .zid-button--error")).to_be_visible()


def writes(path: str = "/info-page/", *, broken: bool = False) -> Callable[[Visit], None]:
    """Open the info page's editor; with Zid down since, as Zid last told of it."""

    def bring_about(visit: Visit) -> None:
        visit.go_to(path)
        if broken:
            visit.product.sandbox.fault(path="managers/", kind="status", status=503)
            visit.go_to(path)
        waits_for_the_editor(visit)

    return bring_about


def waits_for_the_editor(visit: Visit) -> None:
    expect(visit.app.locator("[data-editor=started]")).to_have_count(2)
    for language in ("ar", "en"):
        preview = visit.app.frame_locator(f"iframe[data-preview={language}]")
        expect(preview.locator("main h1")).to_have_count(1)


def saves_info_page(*, title: str, stale: bool = False) -> Callable[[Visit], None]:
    """Save another title, of a page that somebody has changed meanwhile if it is `stale`."""

    def bring_about(visit: Visit) -> None:
        writes()(visit)
        if stale:
            visit.app.locator("[name=based_on]").evaluate(AS_IF_FROM_BEFORE)
        visit.app.locator("#id_title_ar").fill(title)
        visit.app.locator("#save").click()
        wrong = "main .zid-alert--warning[role=alert]" if stale else "#id_title_ar_error"
        expect(visit.app.locator(wrong)).to_be_visible()
        waits_for_the_editor(visit)

    return bring_about


def puts_a_link_in(visit: Visit) -> None:
    writes()(visit)
    visit.app.locator("[data-format=link]:visible").first.click()
    expect(visit.app.locator("dialog#link")).to_be_visible()


def asks_before_cancelling(visit: Visit) -> None:
    job("running")(visit)
    visit.app.locator("#cancel").click()
    expect(visit.app.locator("dialog#dialog")).to_be_visible()


def writes_mistakes(visit: Visit) -> None:
    job("to be told", "tell/")(visit)
    visit.app.locator("#id_text_ar").fill("مرحبًا {nam}")
    visit.app.locator("#id_subject_en").fill("")
    visit.app.locator("#save").click()
    expect(visit.app.locator("#id_text_ar_error")).to_be_visible()


def lists_shortcuts(visit: Visit) -> None:
    visit.go_to("/customers/")
    visit.app.locator("#show-shortcuts").click()
    expect(visit.app.locator("dialog#shortcuts")).to_be_visible()


def opens_slowly(visit: Visit) -> None:
    """Open the app while its first page is on its way, and stays there."""
    visit.page.route(re.compile(r"/program/"), lambda _route: None)
    visit.page.goto(visit.product.dashboard_url(store_id=visit.store_id, language=visit.language))
    expect(visit.app.locator("[aria-busy=true]")).to_be_visible()


def opens_with_no_token(visit: Visit) -> None:
    visit.go_to(f"/embedded?token=no-such-token&language={visit.language}")


def knocks_too_often(visit: Visit) -> None:
    """As one whom the proxy saw; who is on this machine is not counted."""
    seen = {"X-Forwarded-For": "203.0.113.9"}
    path = "/zid/callback?error_code=EC3"
    # Each process of the web server counts for itself, so all of them have to be closed.
    closed = 0
    while closed < 40:
        again = visit.page.request.get(
            f"{visit.product.url}{path}", headers={**seen, "Connection": "close"}
        )
        closed = closed + 1 if again.status == HTTPStatus.TOO_MANY_REQUESTS else 0
    visit.page.set_extra_http_headers(seen)
    visit.go_to(path)


def declines(visit: Visit) -> None:
    visit.go_to("/zid/install")
    visit.page.locator("button[value=deny]").click()
    visit.page.wait_for_url(f"{visit.product.url}/**")


def brings_no_code(visit: Visit) -> None:
    visit.go_to("/zid/install")
    state = re.search(r"state=([^&]+)", visit.page.url)
    assert state, visit.page.url
    visit.go_to(f"/zid/callback?state={state[1]}")


def styleguide(visit: Visit) -> None:
    direction = "rtl" if visit.language == "ar" else "ltr"
    visit.go_to(f"{visit.product.debug_url}{reverse(STYLEGUIDE)}?dir={direction}")


def has_styleguide() -> bool:
    try:
        reverse(STYLEGUIDE)
    except NoReverseMatch:
        return False
    return True
