"""Customers, their points and the one call that moves a point."""

from __future__ import annotations

import json

import flask

from tests.zid_sandbox import answers, bodies, customers, points
from tests.zid_sandbox.access import manager_required
from tests.zid_sandbox.world import world

api = flask.Blueprint("customers_api", __name__)

CUSTOMERS = "/v1/managers/store/customers"
LOYALTY = "/v1/managers/loyalty-program"
LARGEST_PAGE = 100


@api.get(CUSTOMERS)
@manager_required
def list_customers(store_id: int) -> flask.Response:
    asked = flask.request.args
    listed = customers.page(
        world().database,
        store_id,
        number=bodies.whole(asked.get("page")) or 1,
        size=min(bodies.whole(asked.get("per_page")) or 15, LARGEST_PAGE),
        order_by=asked.get("order_by", "id"),
        descending=asked.get("sort_by", "asc").lower() == "desc",
    )
    total, active = customers.counts(world().database, store_id)
    return answers.ok(
        customers=listed,
        grand_total=total,
        total_customers_count=total,
        active_customers_count=active,
        inactive_customers_count=total - active,
    )


@api.get(f"{CUSTOMERS}/<int:customer_id>")
@manager_required
def read_customer(store_id: int, customer_id: int) -> flask.Response:
    row = customers.find(world().database, store_id, customer_id)
    if row is None:
        return answers.error(404, "customer_not_found")
    return answers.ok(customer=customers.detail(world().database, row))


@api.get(f"{LOYALTY}/customers/details")
@manager_required
def read_points(store_id: int) -> flask.Response:
    customer_id = bodies.whole(flask.request.args.get("customerId"))
    row = customers.find(world().database, store_id, customer_id or 0)
    if row is None:
        return answers.error(404, "customer_not_found")
    return answers.ok(loyalty_points_info=customers.points_info(world().database, row))


# Zid's own SDK asks with the slash, the documentation without (NOTES.md, Calls).
@api.get(f"{LOYALTY}/points-history/<customer_id>")
@api.get(f"{LOYALTY}/points-history/<customer_id>/")
@manager_required
def list_points_history(store_id: int, customer_id: str) -> flask.Response:
    row = customers.find(world().database, store_id, bodies.whole(customer_id) or 0)
    if row is None:
        return answers.error(404, "customer_not_found")
    return answers.ok(history=points.history(world().database, row["id"]))


@api.post(f"{LOYALTY}/customers/adjust-customer-points")
@manager_required
def adjust_customer_points(store_id: int) -> flask.Response:
    sent = bodies.fields()
    customer_id, amount = bodies.whole(sent.get("customerId")), bodies.whole(sent.get("points"))
    direction, reason = sent.get("direction"), sent.get("reason")
    wrong = {} if customer_id else {"customerId": "whole"}
    wrong |= {} if amount else {"points": "whole"}
    wrong |= {} if direction in ("+", "-") else {"direction": "choice"}
    wrong |= {} if isinstance(reason, str | None) else {"reason": "text"}
    if wrong or not customer_id or not amount:
        return answers.invalid(wrong)
    settings = world().settings
    try:
        entry = points.adjust(
            world().database,
            store_id=store_id,
            customer_id=customer_id,
            direction=str(direction),
            amount=amount,
            reason=reason[: settings.reason_limit or None] if reason else None,
            refuse_negative=settings.refuse_negative,
        )
    except points.NoSuchCustomerError:
        return answers.error(404, "customer_not_found")
    except points.TooFewPointsError:
        return answers.invalid({"points": "too_few_points"}, "too_few_points")
    _tell_subscribers(store_id, customer_id)
    return answers.ok(data=points.adjusted_transaction(entry))


def _tell_subscribers(store_id: int, customer_id: int) -> None:
    """Deliver customer.update to whoever subscribed to it."""
    database = world().database
    subscribed = database.rows(
        "SELECT * FROM webhooks WHERE store_id = ? AND event = 'customer.update'", store_id
    )
    if not subscribed:
        return
    row = customers.find(database, store_id, customer_id)
    if row is None:
        return
    body = json.dumps(customers.listed(row))
    for webhook in subscribed:
        world().deliveries.send(
            webhook["target_url"], body, username=webhook["username"], password=webhook["password"]
        )
