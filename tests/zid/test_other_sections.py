from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
import requests

from loyaltyadmin.zid import errors
from tests.zid import wire

CUSTOMERS = f"{wire.API}/v1/managers/store/customers"
WEBHOOKS = f"{wire.API}/v1/managers/webhooks"
EMBEDDED = f"{wire.API}/v1/managers/embedded-apps-token"
SHOP = f"{wire.API}/v1/customers/loyalty-program/4242"
SHOPPER = {"Authorization": "Bearer app-secret-1", "X-CUSTOMER-TOKEN": "shopper-secret"}

SUBSCRIPTION = {
    "event": "customer.create",
    "target_url": "https://app.example.com/hooks",
    "original_id": 77,
    "username": "zid",
    "password": "hook-secret",
}


def test_it_lists_a_page_of_customers(zid, responses, fixture_json):
    query = {"page": "2", "per_page": "50"}
    responses.get(CUSTOMERS, json=fixture_json("customers"), match=wire.reading(**query))

    page = zid.customers.list_customers(page=2, per_page=50)

    full, bare = page.customers
    assert page.total_count == 2
    assert (full.id, full.email, full.mobile, full.points) == (370001, None, "966500000001", 115)
    assert full.birth_date == datetime.date(1994, 5, 17)
    assert full.order_total_amount == Decimal("1520.5")
    assert full.last_order_at.isoformat() == "2026-10-30T21:00:00+03:00"
    assert (full.city_name_en, full.tags, full.is_verified) == ("Riyadh", ("VIP",), True)
    assert (bare.name, bare.points, bare.city_name_ar, bare.order_count) == (None, None, None, 0)


def test_it_reads_one_customer_whose_points_are_an_object(zid, responses, fixture_json):
    responses.get(f"{CUSTOMERS}/370001", json=fixture_json("customer"), match=wire.reading())

    customer = zid.customers.read_customer(customer_id=370001)

    assert (customer.id, customer.points) == (370001, 115)


def test_it_reads_the_profile(zid, responses, fixture_json):
    url = f"{wire.API}/v1/managers/account/profile"
    responses.get(url, json=fixture_json("profile"), match=wire.reading())

    profile = zid.store.read_profile()

    assert (profile.manager_id, profile.manager_name) == (9001, "Sara")
    assert (profile.store.id, profile.store.currency, profile.store.language) == (
        4242,
        "SAR",
        "ar",
    )


@pytest.mark.parametrize(("body", "seen"), [({"plan": {"x": 1}}, {"plan": {"x": 1}}), ([], {})])
def test_it_reads_the_subscription_as_it_comes(zid, responses, body, seen):
    url = f"{wire.API}/v1/market/app/subscription"
    responses.get(url, json=body, match=wire.reading(app_id="77"))

    assert zid.store.read_subscription(app_id=77) == seen


def test_it_does_not_take_a_list_for_a_subscription(zid, responses):
    responses.get(f"{wire.API}/v1/market/app/subscription", json=[1])

    with pytest.raises(errors.UnexpectedPayload):
        zid.store.read_subscription(app_id=77)


@pytest.mark.parametrize("status", [200, 201, 204])
def test_it_registers_the_lookup_token(zid, responses, status):
    token = "2c5ea4c0-4067-11e9-8bad-9b1deb4d3b7d"
    responses.post(EMBEDDED, status=status, match=wire.json_body({"token": token}))

    zid.embedded_app.register_lookup_token(token=token)


def test_it_revokes_the_lookup_token(zid, responses):
    responses.delete(EMBEDDED, match=wire.reading())

    zid.embedded_app.revoke_lookup_token()


def test_it_lists_webhook_subscriptions(zid, responses, fixture_json):
    responses.get(WEBHOOKS, json=fixture_json("webhooks"), match=wire.reading())

    (subscription,) = zid.webhooks.list_subscriptions()

    assert (subscription.event, subscription.original_id, subscription.is_active) == (
        "customer.create",
        "77",
        True,
    )


@pytest.mark.parametrize("status", [200, 409])
def test_it_subscribes_and_takes_already_subscribed_for_done(zid, responses, status):
    responses.post(WEBHOOKS, status=status, match=wire.json_body(SUBSCRIPTION))

    zid.webhooks.subscribe(**SUBSCRIPTION)


def test_it_looks_whether_a_422_means_already_subscribed(zid, responses, fixture_json):
    responses.post(WEBHOOKS, status=422, json={"message": "موجود"})
    responses.get(WEBHOOKS, json=fixture_json("webhooks"))

    zid.webhooks.subscribe(**SUBSCRIPTION)


def test_it_passes_on_a_422_about_something_else(zid, responses):
    responses.post(WEBHOOKS, status=422, json={"message": "no"})
    responses.get(WEBHOOKS, json={"data": []})

    with pytest.raises(errors.Rejected):
        zid.webhooks.subscribe(**SUBSCRIPTION)


def test_it_unsubscribes_all(zid, responses):
    responses.delete(WEBHOOKS, match=wire.reading(original_id="77"))

    zid.webhooks.unsubscribe(original_id=77)


def test_it_reads_a_shoppers_points_without_the_managers_token(zid, responses):
    body = {"points": {"available_poitns": 40, "used_poitns": 2}}
    responses.get(f"{SHOP}/points", json=body, match=wire.shopper(**SHOPPER))

    points = zid.storefront.read_points(store_id=4242, customer_token="shopper-secret")

    assert (points.available, points.used) == (40, 2)


def test_it_reads_a_shoppers_wallet_in_its_own_spelling(zid, responses):
    wallet = {"points_balance": 50, "available_points": "40", "used_points": 2.0, "history": []}
    responses.get(f"{SHOP}/wallet", json={"wallet": wallet}, match=wire.shopper(**SHOPPER))

    read = zid.storefront.read_wallet(store_id=4242, customer_token="shopper-secret")

    assert (read.balance, read.available, read.used, read.history) == (50, 40, 2, ())


def test_it_asks_for_the_loyalty_status_without_any_token(zid, responses):
    responses.get(f"{SHOP}/loyalty-status", json={"loyalty_status": "0"}, match=wire.shopper())

    assert zid.storefront.read_loyalty_status(store_id=4242) is False


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("read_cashback_rules", "point-cashback-rules"),
        ("read_redemption_methods", "point-redemption-methods"),
    ],
)
def test_it_reads_what_a_shopper_sees_of_the_rules(zid, responses, method, path):
    responses.get(f"{SHOP}/{path}", json={"a": 1}, match=wire.shopper(**SHOPPER))

    seen = getattr(zid.storefront, method)(store_id=4242, customer_token="shopper-secret")

    assert seen == {"a": 1}


def test_it_does_not_refresh_the_managers_tokens_for_a_shoppers_401(make_client, responses):
    zid = make_client(refresh=lambda _tokens: pytest.fail("refreshed"))
    responses.get(f"{SHOP}/points", status=401)

    with pytest.raises(errors.TokenRejected):
        zid.storefront.read_points(store_id=4242, customer_token="shopper-secret")


def test_it_refuses_a_shoppers_token_that_is_none_without_quoting_it(zid):
    with pytest.raises(ValueError, match=r"^customer_token is not a token$"):
        zid.storefront.read_points(store_id=4242, customer_token="shopper secret\r\nX: y")


@pytest.mark.parametrize("api_url", ["", "api.zid.sa", "ftp://api.zid.sa", "https://a/?b=c"])
def test_it_refuses_an_address_that_cannot_be_zids(make_client, api_url):
    with pytest.raises(ValueError, match="api_url"):
        make_client(api_url=api_url)


def test_it_closes_its_session_at_the_end_of_a_with_block(make_client):
    class ClosingSession(requests.Session):
        closed = 0

        def close(self):
            self.closed += 1
            super().close()

    session = ClosingSession()

    with make_client(session=session):
        before = session.closed

    assert (before, session.closed) == (0, 1)
