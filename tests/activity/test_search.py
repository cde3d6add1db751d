"""Everything that an entry says can be searched for, in the way in which it comes to mind."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client

from loyaltyadmin.activity import operations, search
from loyaltyadmin.activity.models import Action, Entry
from loyaltyadmin.stores.models import Store
from loyaltyadmin.zid import errors
from tests.conftest import client_of
from tests.pages import Page
from tests.spreadsheets import rows_of_csv

ADDRESS = "/activity/"
JOB = uuid.UUID("6a7f3bb0-5d6e-4f7f-8a39-0d6f2c4b7d11")


@pytest.fixture(autouse=True)
def _activity(store: Store) -> None:
    with (
        pytest.raises(errors.Rejected),
        operations.recording(
            store=store,
            by=operations.merchant_of("a-session"),
            action=Action.UPDATE_CASHBACK_RULE,
            subject="efc450a4",
            before={"points_rewarded": 5, "amount_to_spend": "100"},
            after={"points_rewarded": 4321, "amount_to_spend": "100"},
        ),
    ):
        raise errors.Rejected(endpoint="POST /", message="النقاطُ أكثر من المسموح")
    operations.record(
        store=store,
        by=operations.OPERATOR,
        action=Action.CONFIRM_BULK_ADJUSTMENT,
        after={"file_name": "عملاء-رمضان.csv", "reason": "هدية العيد"},
        job_id=JOB,
    )
    operations.record(
        store=store,
        by=operations.merchant_of("a-session"),
        action=Action.ADJUST_CUSTOMER_POINTS,
        after={"points": 50, "reason": "Welcome <b>gift</b>"},
        customer_id=1250001,
    )


def found(client: Client, text: str) -> set[str]:
    page = Page(client.get(ADDRESS, {"text": text}))
    said = page.one(id="entries").text if page.has(id="entries") else ""
    names = {
        "rule": "Cashback rule changed",
        "bulk": "Bulk adjustment confirmed",
        "points": "Points of a customer adjusted",
    }
    return {short for short, name in names.items() if name in said}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("efc450", {"rule"}),
        ("4321", {"rule"}),
        ("٤٣٢١", {"rule"}),
        ("النقاط", {"rule"}),
        ("اكثر المسموح", {"rule"}),
        ("رمضان", {"bulk"}),
        ("هديه", {"bulk"}),
        (str(JOB), {"bulk"}),
        ("1250001", {"points"}),
        ("WELCOME gift", {"points"}),
        ("welcome 999", set()),
        ("adjust", {"bulk", "points"}),
        ("100%", set()),
        ("   ", {"rule", "bulk", "points"}),
    ],
)
def test_what_is_typed_is_found(merchant: Client, text: str, names: set[str]) -> None:
    assert found(merchant, text) == names


def test_what_was_done_is_found_by_its_name_in_the_language_of_the_page(store: Store) -> None:
    response = client_of(store, language="ar").get(ADDRESS, {"text": "قاعدة"})

    assert "4321" in Page(response).one(id="entries").text


def test_the_file_holds_what_was_searched_for(merchant: Client) -> None:
    response = merchant.get("/activity/activity.csv", {"text": "1250001"})

    (row,) = rows_of_csv(response.getvalue())
    assert row["customer_id"] == "1250001"


def test_another_store_finds_nothing(stranger: Client) -> None:
    assert found(stranger, "1250001") == set()


def test_what_is_kept_for_it_stays_short(store: Store) -> None:
    entry = Entry(store=store, after={"content_ar": f"<p>{'كلمة ' * 10_000}</p>"})

    assert len(search.text_of(entry)) == search.LONGEST_TEXT
    assert "<" not in search.text_of(entry)
