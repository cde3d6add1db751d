"""A plain storefront: what one shopper sees, asked for at the storefront endpoints."""

from __future__ import annotations

from typing import Any

import flask

from tests.zid_sandbox import program_api, storefront_api
from tests.zid_sandbox.pages import page, preferred_language
from tests.zid_sandbox.world import world

pages = flask.Blueprint("storefront", __name__, url_prefix="/storefront/<int:store_id>")

SHOWN_SHOPPERS = 12


@pages.get("")
def choose_shopper(store_id: int) -> flask.Response:
    """The first few customers, among them one with points."""
    store = world().store(store_id)
    if store is None:
        flask.abort(404)
    shoppers = world().database.rows(
        "SELECT * FROM customers WHERE store_id = ? ORDER BY id LIMIT ?", store_id, SHOWN_SHOPPERS
    )
    return page(
        "shoppers.html",
        preferred_language(),
        store=store,
        shoppers=shoppers,
        here=f"/storefront/{store_id}?lang={{}}",
    )


@pages.get("/customers/<int:customer_id>")
def shopper(store_id: int, customer_id: int) -> flask.Response:
    store = world().store(store_id)
    customer = world().database.row(
        "SELECT * FROM customers WHERE id = ? AND store_id = ?", customer_id, store_id
    )
    if store is None or customer is None:
        flask.abort(404)
    language = preferred_language()
    return page(
        "shopper.html",
        language,
        store=store,
        customer=customer,
        info=program_api.info_page(store_id),
        wallet=_ask(store_id, "wallet", customer["token"], language)["wallet"],
        is_on=_ask(store_id, "loyalty-status", customer["token"], language)["loyalty_status"],
        rules=_ask(store_id, "point-cashback-rules", customer["token"], language)["cashback_rules"],
        methods=_ask(store_id, "point-redemption-methods", customer["token"], language)[
            "redemption_methods"
        ],
        here=f"/storefront/{store_id}/customers/{customer_id}?lang={{}}",
    )


def _ask(store_id: int, name: str, token: str, language: str) -> dict[str, Any]:
    """Call a storefront endpoint as a browser would, through the same door."""
    answer = flask.current_app.test_client(use_cookies=False).get(
        f"/v1/customers/loyalty-program/{store_id}/{name}",
        headers={
            "Authorization": f"Bearer {storefront_api.OWN_BEARER}",
            "X-CUSTOMER-TOKEN": token,
            "Accept-Language": language,
        },
    )
    body: Any = answer.get_json(silent=True)
    if answer.status_code != 200 or not isinstance(body, dict):
        # A fault asked for at the control API strikes the storefront too.
        flask.abort(502)
    return body
