from __future__ import annotations

import json
from decimal import Decimal

import pytest
import responses
from django.test import Client

from loyaltyadmin.info_page import claims, starting_text
from loyaltyadmin.info_page.models import Draft
from loyaltyadmin.zid.types import CashbackRule, Program, RedemptionKind, RedemptionMethod
from tests import edge
from tests.info_page import wire


def rule(points: int, amount: str, *, active: bool = True, pos: bool = False) -> CashbackRule:
    return CashbackRule(
        id="r", is_point_of_sale=pos, points_rewarded=points, amount_to_spend=Decimal(amount),
        is_active=active, tags=(), level_name=None,
    )  # fmt: skip


def method(points: int, value: str, kind: RedemptionKind = RedemptionKind.FIXED_RATE,
           *, active: bool = True) -> RedemptionMethod:  # fmt: skip
    return RedemptionMethod(
        id="m", name="m", points_to_redeem=points, kind=kind, discount_value=Decimal(value),
        is_active=active,
    )  # fmt: skip


def program(*, rules: tuple[CashbackRule, ...] = (), methods: tuple[RedemptionMethod, ...] = (),
            days: int | None = None) -> Program:  # fmt: skip
    return Program(
        is_active=True, cashback_rules=rules, redemption_methods=methods, earned_points=0,
        redeemed_points=0, pending_points=0, customers_with_points_count=0,
        points_expiration_days=days,
    )  # fmt: skip


FULL = program(
    rules=(rule(1, "10"), rule(3, "2.5", pos=True), rule(77, "8", active=False)),
    methods=(
        method(100, "5"),
        method(1200, "12.5", RedemptionKind.PERCENTAGE),
        method(66, "9", active=False),
    ),
    days=365,
)


def test_it_says_in_both_languages_what_is_switched_on_today() -> None:
    written = starting_text.write(program=FULL, currency="KWD")

    assert "1 point for every 10 KWD" in written["content_en"]
    assert "3 points for every 2.500 KWD you spend in our shop" in written["content_en"]
    assert "12.5% off your order for 1,200 points" in written["content_en"]
    assert "365 days" in written["content_en"]
    assert "نقطة واحدة عن كل 10 د.ك" in written["content_ar"]
    assert "365 يومًا" in written["content_ar"]
    assert not {"77", "66"} & {*written["content_en"].split(), *written["content_ar"].split()}


@pytest.mark.parametrize("days", [None, 1, 2, 7, 30, 365])
@pytest.mark.parametrize("points", [1, 2, 3, 11, 100, 1500])
@pytest.mark.parametrize("currency", ["SAR", "AED", "KWD", "BHD", "OMR", "QAR", "EGP"])
def test_it_never_contradicts_the_rules_it_was_made_from(
    points: int, currency: str, days: int | None
) -> None:
    made_from = program(
        rules=(rule(points, "7.25"),),
        methods=(method(points * 10, "3"), method(points, "9", RedemptionKind.PERCENTAGE)),
        days=days,
    )

    written = starting_text.write(program=made_from, currency=currency)

    for name in ("content_ar", "content_en"):
        assert claims.contradictions(content=written[name], program=made_from) == []


def test_a_program_without_anything_still_gets_a_text() -> None:
    written = starting_text.write(program=program(), currency="SAR")

    assert written["content_en"].startswith("<p>Thank you")
    assert "<h2>" not in written["content_en"]


@pytest.mark.django_db
def test_the_editor_is_filled_and_nothing_that_is_there_is_touched(
    merchant: Client, zid: responses.RequestsMock
) -> None:
    wire.reads(zid)
    zid.get(edge.PROGRAM, json=edge.fixture("program"))

    response = merchant.get("/info-page/write/")

    filled = wire.form_of(response)
    assert "5 points for every 100 SAR" in filled["content_en"]
    assert "مرحبا بكم" in response.content.decode()  # what is there can be looked at
    assert not Draft.objects.exists()
    wire.takes(zid)
    merchant.post("/info-page/", filled)
    assert json.loads(zid.calls[-1].request.body)["content_en"] == filled["content_en"]


@pytest.mark.django_db
def test_the_program_is_not_asked_for_again_when_zid_told_it_already(
    merchant: Client, zid: responses.RequestsMock
) -> None:
    zid.get(edge.PROGRAM, json=edge.fixture("program"))
    merchant.get("/program/")
    wire.reads(zid)

    merchant.get("/info-page/write/")

    assert len(zid.calls) == 2
