"""The made-up stores at the start: program, info page, customers and some history."""

from __future__ import annotations

import datetime
import hashlib
import json
import random
import uuid
from typing import Any

from tests.zid_sandbox import clock, people, points
from tests.zid_sandbox.config import Options
from tests.zid_sandbox.database import Database

FIRST_STORE_ID = 90001
TITLES = [
    ("متجر واحة النخيل", "Palm Oasis"), ("متجر لؤلؤة الخليج", "Gulf Pearl"),
    ("متجر دار العود", "House of Oud"), ("متجر بيت القهوة", "Coffee House"),
]  # fmt: skip
CURRENCIES = ["SAR", "AED", "KWD", "BHD", "OMR"]

PAGE_AR = (
    '<h2>كيف تجمع النقاط؟</h2><p>اجمع <strong>نقطة واحدة</strong> عن كل <span style="color: '
    'rgb(124, 58, 237);">ريال</span> تنفقه في متجرنا.</p><ul><li>أضف منتجاتك إلى السلة</li>'
    "<li>أكمل طلبك</li><li>استبدل نقاطك بخصم</li></ul>"
)
PAGE_EN = (
    '<h2>How do I collect points?</h2><p>Collect <strong>one point</strong> for every <span style="'
    'color: rgb(124, 58, 237);">riyal</span> you spend with us.</p><ul><li>Fill your cart</li>'
    "<li>Complete your order</li><li>Redeem your points for a discount</li></ul>"
)
METHODS = [
    ("fixed_rate_settings", 10.0, 100, 1),
    ("fixed_rate_settings", 60.0, 500, 1),
    ("percentage_discount_settings", 15.0, 300, 0),
]


def first_customer_id(store_index: int) -> int:
    """1001 in the first store, 500001 in the second, a million and one in the third."""
    return 500_000 * store_index + 1 if store_index else 1001


def stable_uuid(*parts: object) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "/".join(map(str, parts))))


def fill(database: Database, options: Options) -> None:
    """Fill an empty database; one that holds stores already is left as it is."""
    if database.row("SELECT 1 FROM stores"):
        return
    today = clock.now().replace(microsecond=0)
    with database.transaction():
        for index in range(options.stores):
            _add_store(database, index, options=options, today=today)


def _add_store(
    database: Database, index: int, *, options: Options, today: datetime.datetime
) -> None:
    store_id = FIRST_STORE_ID + index
    title_ar, title_en = TITLES[index % len(TITLES)]
    if index >= len(TITLES):
        title_ar, title_en = f"{title_ar} {index + 1}", f"{title_en} {index + 1}"
    values: tuple[Any, ...] = (
        store_id, stable_uuid("store", store_id), f"store{store_id}", title_ar, title_en,
        CURRENCIES[index % len(CURRENCIES)], 70001 + index, stable_uuid("manager", store_id),
        "نوف السالم", f"96650000{index:04d}", 1, 365,
        "برنامج ولاء متجرنا", "Our loyalty program", PAGE_AR, PAGE_EN, 1, 0, None,
    )  # fmt: skip
    database.run(f"INSERT INTO stores VALUES ({_marks(values)})", *values)  # noqa: S608
    _add_rules(database, store_id, today=clock.iso(today - datetime.timedelta(days=200)))
    _add_customers(database, store_id, index, options=options, today=today)


def _marks(values: tuple[Any, ...]) -> str:
    return ", ".join("?" * len(values))


def _add_rules(database: Database, store_id: int, *, today: str) -> None:
    for name, external_id, rewarded in (("online", None, 1), ("pos", "pos", 2)):
        database.run(
            "INSERT INTO cashback_rules VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            stable_uuid("cashback", store_id, name), store_id, external_id, rewarded,
            10, 1, today, today,
        )  # fmt: skip
    for rule_type, discount, needed, is_active in METHODS:
        database.run(
            "INSERT INTO redemption_rules VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            stable_uuid("redemption", store_id, rule_type, discount), store_id, needed,
            rule_type, discount, is_active, today, today,
        )  # fmt: skip


PROGRAM_TABLES = {"cashback_rules": "cashback_rules", "redemption_methods": "redemption_rules"}


def keep_first(database: Database, store_id: int, name: str, number: int) -> None:
    """Leave a store the first `number` of what `name` says, a key of PROGRAM_TABLES."""
    table = PROGRAM_TABLES[name]
    database.run(
        f"DELETE FROM {table} WHERE store_id = ? AND id NOT IN"  # noqa: S608  # from the table
        f" (SELECT id FROM {table} WHERE store_id = ? ORDER BY rowid LIMIT ?)",
        store_id, store_id, number,
    )  # fmt: skip


def _add_customers(
    database: Database, store_id: int, index: int, *, options: Options, today: datetime.datetime
) -> None:
    start = first_customer_id(index)
    written = clock.plain(today)
    made = people.people(options.customers, store_index=index, seed=options.seed, today=today)
    database.run_many(
        "INSERT INTO customers"
        " (id, store_id, position, name, details, is_active, token, updated_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (
                start + position, store_id, position, person.name, json.dumps(person.details),
                person.is_active, customer_token(options.seed, start + position), written,
            )
            for position, person in enumerate(made)
        ),
    )  # fmt: skip
    dice = random.Random(f"history-{options.seed}-{index}")  # noqa: S311
    for position in range(
        people.WITH_POINTS_EVERY - 1, options.customers, people.WITH_POINTS_EVERY
    ):
        _add_history(database, store_id, start + position, dice=dice, today=today)


def customer_token(seed: int, customer_id: int) -> str:
    """What the storefront gives a shopper's browser; the same on every run with this seed."""
    return hashlib.sha256(f"shopper-{seed}-{customer_id}".encode()).hexdigest()[:40]


def _add_history(
    database: Database,
    store_id: int,
    customer_id: int,
    *,
    dice: random.Random,
    today: datetime.datetime,
) -> None:
    balance = 0
    for days in sorted(dice.sample(range(2, 180), dice.randrange(1, 6)), reverse=True):
        amount = dice.randrange(5, 400)
        moment = today - datetime.timedelta(days=days, seconds=dice.randrange(80_000))
        spends = balance > 20 and dice.random() < 0.3
        if spends:
            amount = dice.randrange(5, balance)
        is_pending = not spends and days < 14 and dice.random() < 0.5
        points.record(
            database,
            points.Entry(
                store_id=store_id,
                customer_id=customer_id,
                direction="-" if spends else "+",
                points=amount,
                reason=None,
                date=clock.iso(moment),
                kind="redeem" if spends else "reward",
                status="pending" if is_pending else "active",
                order_number=dice.randrange(10_000, 99_999),
                expiry_date=None if spends else clock.iso(moment + datetime.timedelta(days=365)),
            ),
        )
        balance += -amount if spends else 0 if is_pending else amount
