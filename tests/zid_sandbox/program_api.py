"""The program as a whole: on or off, list-data, expiration, and the info page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import flask

from tests.zid_sandbox import answers, bodies, points, rules
from tests.zid_sandbox.access import manager_required
from tests.zid_sandbox.world import world

api = flask.Blueprint("program_api", __name__)

LOYALTY = "/v1/managers/loyalty-program"
INFO_PAGE = "/v1/managers/store/loyalty-program-info"
PAGE_FIELDS = ("title_ar", "title_en", "content_ar", "content_en")


@api.get(f"{LOYALTY}/loyalty-status")
@manager_required
def loyalty_status(store_id: int) -> flask.Response:
    return answers.ok(loyalty_status=is_active(store_id))


def is_active(store_id: int) -> bool:
    store = world().store(store_id)
    return bool(store and store["is_active"])


@api.post(f"{LOYALTY}/activation")
@manager_required
def activation(store_id: int) -> flask.Response:
    wanted = bodies.switch(bodies.fields().get("activate"))
    if wanted is None:
        return answers.invalid({"activate": "choice"})
    world().database.run("UPDATE stores SET is_active = ? WHERE id = ?", wanted, store_id)
    done = {"status": True, "activated": int(wanted), "message": answers.sentence("saved")}
    return answers.ok(loyalty_program=done)


@api.get(f"{LOYALTY}/list-data")
@manager_required
def list_data(store_id: int) -> flask.Response:
    store = world().store(store_id)
    assert store is not None  # the tokens were this store's
    database = world().database
    return answers.ok(
        cashback_rules=rules.cashback_rules(database, store_id),
        redemption_rules=rules.redemption_rules(database, store_id),
        **points.totals(database, store_id),
        expiration_peroid=store["expiration_days"],
        is_active=bool(store["is_active"]),
    )


@api.post(f"{LOYALTY}/points-expiration")
@manager_required
def points_expiration(store_id: int) -> flask.Response:
    days = bodies.whole(bodies.fields().get("days"))
    if days is None:
        return answers.invalid({"days": "whole"})
    world().database.run("UPDATE stores SET expiration_days = ? WHERE id = ?", days, store_id)
    return answers.ok("string", points_expiry_period=days)


@api.get(INFO_PAGE)
@manager_required
def read_info_page(store_id: int) -> flask.Response:
    return answers.ok(payload=info_page(store_id))


@api.put(INFO_PAGE)
@manager_required
def replace_info_page(store_id: int) -> flask.Response:
    sent = bodies.fields()
    wrong = {name: "required" for name in PAGE_FIELDS if name not in sent}
    wrong |= {name: "text" for name in PAGE_FIELDS if not isinstance(sent.get(name), str | None)}
    if wrong:
        return answers.invalid(wrong)
    write_info_page(store_id, sent)
    return answers.ok(payload=info_page(store_id))


def write_info_page(store_id: int, written: Mapping[str, Any]) -> None:
    world().database.run(
        "UPDATE stores SET page_title_ar = ?, page_title_en = ?, page_content_ar = ?,"
        " page_content_en = ? WHERE id = ?",
        *(written[name] for name in PAGE_FIELDS),
        store_id,
    )


def info_page(store_id: int) -> dict[str, str | None]:
    store = world().store(store_id)
    return {name: store[f"page_{name}"] if store else None for name in PAGE_FIELDS}
