"""The info page: one word, both languages, what shoppers see, two people at once, a reload."""

from __future__ import annotations

import pytest
from playwright.sync_api import FrameLocator, Locator, expect

from tests.browser.conftest import OpenApp
from tests.browser.merchant import Merchant
from tests.zid_sandbox.control import Sandbox

pytestmark = pytest.mark.browser
STORE_ID = 90001
CONTENT = (
    "<UL class=x><LI>Collect <SPAN style='color : #7c3aed'>points</SPAN> &amp; smile"
    "<LI><b>Redeem</b> them</UL><TABLE border=1><TR><TD>100<TD>5 SAR</TABLE>"
)


def open_page(merchant: Merchant) -> None:
    merchant.app.locator("#edit-info-page").click()
    expect(merchant.app.locator("[data-editor=started]")).to_have_count(2)


def text_in(merchant: Merchant, language: str) -> Locator:
    """What is edited, in its frame."""
    frame: FrameLocator = merchant.app.frame_locator(f".zid-panel-{language} iframe")
    return frame.locator("main")


def preview_in(merchant: Merchant, language: str) -> Locator:
    return merchant.app.frame_locator(f"iframe[data-preview={language}]").locator("main")


def type_behind(merchant: Merchant, text: Locator, words: str) -> None:
    text.click()
    merchant.page.keyboard.press("Control+End")
    merchant.page.keyboard.type(words)


def save(merchant: Merchant) -> None:
    merchant.app.locator("#save").click()
    expect(merchant.app.locator("#toasts")).to_contain_text(merchant.says("The info page is saved"))


def test_nothing_is_unsaved_before_something_is_typed(merchant: Merchant) -> None:
    open_page(merchant)

    expect(preview_in(merchant, "ar").locator("h1")).to_have_count(1)
    merchant.page.wait_for_timeout(1000)

    expect(merchant.app.locator("#save")).to_be_hidden()
    expect(preview_in(merchant, "ar")).to_contain_text("كيف تجمع النقاط؟")
    assert merchant.watch.count("POST", "/info-page/preview/") == 0
    assert merchant.watch.complaints == []


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_word_that_is_typed_is_shown_as_shoppers_see_it_and_changes_nothing_else(
    language: str, open_app: OpenApp, sandbox: Sandbox
) -> None:
    other = "en" if language == "ar" else "ar"
    before = sandbox.program(STORE_ID, info_page={f"content_{language}": CONTENT})["info_page"]
    merchant = open_app(language=language)
    open_page(merchant)

    text_in(merchant, language).locator("b").click()
    merchant.page.keyboard.press("End")
    merchant.page.keyboard.type(" now")

    expect(preview_in(merchant, language)).to_contain_text("them now")
    expect(merchant.app.locator("#save")).to_be_visible()
    save(merchant)
    after = sandbox.program(STORE_ID)["info_page"]
    assert after[f"content_{language}"] == CONTENT.replace("them", "them now")
    assert after[f"content_{other}"] == before[f"content_{other}"]
    assert after[f"title_{language}"] == before[f"title_{language}"]
    assert merchant.watch.complaints == []


def test_a_text_is_formatted_by_the_keyboard_and_by_its_buttons(
    merchant: Merchant, sandbox: Sandbox
) -> None:
    sandbox.program(STORE_ID, info_page={"content_en": "<p>Collect points</p>"})
    open_page(merchant)
    tools = merchant.app.locator(".zid-panel-en [role=toolbar]")

    text_in(merchant, "en").click()
    merchant.page.keyboard.press("Control+A")
    tools.locator("[data-format=bold]").click()
    expect(tools.locator("[data-format=bold]")).to_have_attribute("aria-pressed", "true")
    tools.locator("[data-format=heading]").click()
    tools.locator("[data-format=link]").click()
    merchant.app.locator("#link-address").fill("store.example/points")
    merchant.app.locator("dialog#link button[value=apply]").click()

    expect(text_in(merchant, "en").locator("h2")).to_contain_text("Collect points")
    text_in(merchant, "en").click()
    merchant.page.keyboard.press("Control+S")
    expect(merchant.app.locator("#toasts")).to_contain_text("تم حفظ")
    kept = sandbox.program(STORE_ID)["info_page"]["content_en"]
    assert kept.startswith("<h2>")
    assert "<b>" in kept
    assert 'href="https://store.example/points"' in kept


def test_undo_leads_back_to_the_page_as_it_was(merchant: Merchant, sandbox: Sandbox) -> None:
    sandbox.program(STORE_ID, info_page={"content_en": CONTENT})
    open_page(merchant)
    text = text_in(merchant, "en")
    before = text.inner_html()

    type_behind(merchant, text, "more")
    expect(text).to_contain_text("more")
    merchant.app.locator(".zid-panel-en [data-format=undo]").click()

    expect(text).not_to_contain_text("more")
    assert text.inner_html().replace("\u200b", "") == before


def test_what_is_put_back_is_unsaved_no_more(merchant: Merchant) -> None:
    open_page(merchant)
    text = text_in(merchant, "ar")
    type_behind(merchant, text, " كلمة")
    expect(merchant.app.locator("#draft-kept")).not_to_be_empty()

    merchant.app.locator("button[type=reset]").click()

    expect(text).not_to_contain_text("كلمة")
    expect(merchant.app.locator("#save")).to_be_hidden()
    expect(merchant.app.locator("#draft-kept")).to_be_empty()
    merchant.open()
    open_page(merchant)
    expect(merchant.app.locator("#save")).to_be_hidden()


def test_unsaved_work_survives_a_reload_and_leaving_asks(merchant: Merchant) -> None:
    open_page(merchant)
    type_behind(merchant, text_in(merchant, "ar"), " كلمة")
    expect(merchant.app.locator("#draft-kept")).not_to_be_empty()

    merchant.app.locator("nav.zid-nav a[href='/customers/']").click()
    question = merchant.app.locator("dialog#unsaved")
    expect(question).to_contain_text(merchant.says("Leave without saving?"))
    merchant.open()
    open_page(merchant)

    expect(text_in(merchant, "ar")).to_contain_text("كلمة")
    expect(merchant.app.locator("#save")).to_be_visible()
    merchant.app.locator("button[form=discard-draft]").click()
    expect(text_in(merchant, "ar")).not_to_contain_text("كلمة")


def test_two_people_at_once_see_each_others_page_and_choose(
    open_app: OpenApp, sandbox: Sandbox
) -> None:
    merchant = open_app(language="en")
    open_page(merchant)
    type_behind(merchant, text_in(merchant, "en"), " Mine.")
    sandbox.program(STORE_ID, info_page={"content_en": "<p>Theirs.</p>"})

    merchant.app.locator("#save").click()

    alert = merchant.app.locator("main [role=alert]")
    expect(alert).to_contain_text("Somebody changed this meanwhile")
    expect(alert).to_contain_text("Theirs.")
    expect(text_in(merchant, "en")).to_contain_text("Mine.")
    assert sandbox.program(STORE_ID)["info_page"]["content_en"] == "<p>Theirs.</p>"

    save(merchant)

    assert "Mine." in sandbox.program(STORE_ID)["info_page"]["content_en"]


def test_a_starting_text_takes_the_place_of_the_page_only_when_it_is_saved(
    merchant: Merchant, sandbox: Sandbox
) -> None:
    before = sandbox.program(STORE_ID)["info_page"]
    open_page(merchant)
    # What other tests saved is there as well, the latest first.
    earlier = merchant.app.locator("a[href^='/info-page/restore/']")
    known = earlier.first.get_attribute("href") if earlier.count() else ""

    merchant.app.locator("#write").click()

    expect(text_in(merchant, "ar")).to_contain_text("نقطة واحدة عن كل 10 ر.س")
    assert sandbox.program(STORE_ID)["info_page"] == before
    save(merchant)
    assert "1 point for every 10 SAR" in sandbox.program(STORE_ID)["info_page"]["content_en"]
    expect(earlier.first).not_to_have_attribute("href", known or "")
    earlier.first.click()
    expect(text_in(merchant, "ar")).to_contain_text("كيف تجمع النقاط؟")


def test_on_a_telephone_one_language_is_shown_at_a_time(open_app: OpenApp) -> None:
    merchant = open_app(width=360, height=740)
    open_page(merchant)
    expect(text_in(merchant, "en")).to_be_hidden()

    merchant.app.locator("label:has(#half-en)").click()

    expect(text_in(merchant, "en")).to_be_visible()
    expect(merchant.app.locator("#id_title_ar")).to_be_hidden()
    expect(merchant.app.locator("#save")).to_be_hidden()
