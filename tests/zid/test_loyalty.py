from __future__ import annotations

from decimal import Decimal

import pytest

from loyaltyadmin.zid import errors, types
from tests.zid import wire

RULE = "efc450a4-3f09-4544-bcdd-80ddcbde23c8"
METHOD = "4890974d-d474-4d08-99a4-a42b856ea71a"
INFO = f"{wire.API}/v1/managers/store/loyalty-program-info"


def test_it_reads_the_whole_program(zid, responses, fixture_json):
    responses.get(wire.PROGRAM, json=fixture_json("program"), match=wire.reading())

    program = zid.loyalty.read_program()

    assert program.is_active
    assert [rule.points_rewarded for rule in program.cashback_rules] == [5, 3]
    assert [rule.amount_to_spend for rule in program.cashback_rules] == [100, 50]
    assert [rule.is_point_of_sale for rule in program.cashback_rules] == [False, True]
    assert [rule.is_active for rule in program.cashback_rules] == [True, False]
    assert [method.kind.value for method in program.redemption_methods] == [
        "fixed_rate",
        "percentage",
    ]
    assert program.redemption_methods[1].discount_value == Decimal("7.5")
    assert (program.earned_points, program.redeemed_points, program.pending_points) == (
        1200,
        300,
        40,
    )
    assert (program.customers_with_points_count, program.points_expiration_days) == (12, 365)


def test_it_reads_whether_the_program_is_on(zid, responses):
    url = f"{wire.LOYALTY}/loyalty-status"
    responses.get(url, json={"loyalty_status": 1, "message": "x"}, match=wire.reading())

    assert zid.loyalty.read_activation() is True


@pytest.mark.parametrize(("active", "sent"), [(True, "1"), (False, "0")])
def test_it_sets_the_activation(zid, responses, active, sent):
    body = {"status": "object", "loyalty_program": {"status": True, "activated": int(sent)}}
    responses.post(f"{wire.LOYALTY}/activation", json=body, match=wire.form(activate=sent))

    assert zid.loyalty.set_activation(active=active) is active


@pytest.mark.parametrize("body", ["fine", [], {"loyalty_program": "?"}])
def test_it_says_none_when_the_activation_is_not_in_the_answer(zid, responses, body):
    responses.post(f"{wire.LOYALTY}/activation", json=body)

    assert zid.loyalty.set_activation(active=True) is None


def test_it_sets_the_points_expiration(zid, responses):
    responses.post(
        f"{wire.LOYALTY}/points-expiration",
        json={"points_expiry_period": "30"},
        match=wire.form(days="30"),
    )

    assert zid.loyalty.set_points_expiration(days=30) == 30


def test_it_sends_the_new_ratio_to_zid(zid, responses, fixture_json):
    fields = {"ruleId": RULE, "config[money]": "200", "config[points]": "7"}
    responses.post(
        f"{wire.LOYALTY}/points-collection/update",
        json=fixture_json("rule_updated"),
        match=wire.form(**fields),
    )

    rule = zid.loyalty.update_cashback_rule(
        rule_id=RULE, amount_to_spend=Decimal("200.00"), points_rewarded=7
    )

    assert (rule.id, rule.points_rewarded, rule.amount_to_spend) == (RULE, 7, 200)


@pytest.mark.parametrize("body", ["ok", {}, {"data": []}, {"data": {"status": True}}])
def test_it_returns_none_when_the_answer_does_not_hold_the_rule(zid, responses, body):
    responses.post(f"{wire.LOYALTY}/points-collection/update", json=body)

    rule = zid.loyalty.update_cashback_rule(rule_id=RULE, amount_to_spend=1, points_rewarded=1)

    assert rule is None


def test_it_toggles_a_cashback_rule(zid, responses, fixture_json):
    responses.put(
        f"{wire.LOYALTY}/points-collection/update-status",
        json=fixture_json("rule_toggled"),
        match=wire.json_body({"ruleId": RULE, "activate": 0}),
    )

    assert zid.loyalty.toggle_cashback_rule(rule_id=RULE, active=False).is_active is False


def test_it_adds_a_redemption_method(zid, responses, fixture_json):
    fields = {
        "config[type]": "fixed_rate_settings",
        "config[discount]": "10",
        "config[points]": "100",
        "config[currency]": "SAR",
    }
    responses.post(
        f"{wire.LOYALTY}/points-redemption",
        json=fixture_json("method_added"),
        match=wire.form(**fields),
    )

    method = zid.loyalty.add_redemption_method(
        kind=types.RedemptionKind.FIXED_RATE,
        discount_value=10,
        points_to_redeem=100,
        currency="SAR",
    )

    assert (method.id, method.points_to_redeem, method.discount_value) == (METHOD, 100, 10)


def test_it_updates_a_redemption_method(zid, responses):
    fields = {
        "ruleId": METHOD,
        "config[type]": "percentage_discount_settings",
        "config[discount]": "7.5",
        "config[points]": "100",
    }
    responses.post(
        f"{wire.LOYALTY}/points-redemption/update",
        json={"points_redemption": {"status": True}},
        match=wire.form(**fields),
    )

    zid.loyalty.update_redemption_method(
        method_id=METHOD,
        kind=types.RedemptionKind.PERCENTAGE,
        discount_value=Decimal("7.50"),
        points_to_redeem=100,
    )


def test_it_deletes_a_redemption_method(zid, responses):
    responses.post(
        f"{wire.LOYALTY}/points-redemption/delete", json={}, match=wire.form(ruleId=METHOD)
    )

    zid.loyalty.delete_redemption_method(method_id=METHOD)


def test_it_toggles_a_redemption_method(zid, responses, fixture_json):
    responses.put(
        f"{wire.LOYALTY}/points-redemption/update-status",
        json=fixture_json("method_toggled"),
        match=wire.json_body({"redemptionRuleUuid": METHOD, "status": 1}),
    )

    method = zid.loyalty.toggle_redemption_method(method_id=METHOD, active=True)

    assert method.is_active is False


def test_it_reads_the_info_page(zid, responses, fixture_json):
    responses.get(INFO, json=fixture_json("info_page"), match=wire.reading())

    page = zid.loyalty.read_info_page()

    assert (page.title_en, page.content_ar, page.content_en) == ("Loyalty", "<p>مرحبا</p>", None)


def test_it_replaces_all_four_fields_of_the_info_page(zid, responses, fixture_json):
    page = types.InfoPage(title_ar="أ", title_en="A", content_ar="<p>ب</p>", content_en=None)
    body = {"title_ar": "أ", "title_en": "A", "content_ar": "<p>ب</p>", "content_en": None}
    responses.put(INFO, json=fixture_json("info_page"), match=wire.json_body(body))

    kept = zid.loyalty.update_info_page(page=page)

    assert kept.title_en == "Loyalty"


@pytest.mark.parametrize("direction", ["+", types.Direction.ADD])
def test_it_adjusts_a_customers_points(zid, responses, fixture_json, direction):
    fields = {
        "customerId": "370001",
        "direction": "+",
        "points": "25",
        "reason": "Sorry for the delay [ref 7Q]",
    }
    responses.post(wire.ADJUST, json=fixture_json("adjusted"), match=wire.form(**fields))

    entry = zid.loyalty.adjust_customer_points(**(wire.ADJUSTMENT | {"direction": direction}))

    assert (entry.points, entry.direction, entry.reason) == (25, "+", fields["reason"])
    assert entry.date.utcoffset() is not None


@pytest.mark.parametrize(
    "change",
    [
        {"points": 26},
        {"points": None},
        {"direction": "-"},
        {"direction": "sideways"},
        {"date": None},
        {"date": "soon"},
    ],
)
def test_it_does_not_take_an_answer_about_something_else_for_success(
    zid, responses, fixture_json, change
):
    body = fixture_json("adjusted")
    body["data"] |= change
    responses.post(wire.ADJUST, json=body)

    with pytest.raises(errors.OutcomeUnknown):
        zid.loyalty.adjust_customer_points(**wire.ADJUSTMENT)


@pytest.mark.parametrize("body", [b"", b"<html>", b"null", b"[]", b"{}", b'{"data": []}', b"\xff"])
def test_it_does_not_know_the_outcome_when_a_200_cannot_be_read(zid, responses, body):
    responses.post(wire.ADJUST, body=body)

    with pytest.raises(errors.OutcomeUnknown):
        zid.loyalty.adjust_customer_points(**wire.ADJUSTMENT)


@pytest.mark.parametrize("change", [{"points": 0}, {"points": -5}, {"direction": "up"}])
def test_it_refuses_to_send_an_adjustment_that_means_nothing(zid, responses, change):
    with pytest.raises(ValueError, match=r"points|up"):
        zid.loyalty.adjust_customer_points(**(wire.ADJUSTMENT | change))


def test_it_reads_a_customers_points(zid, responses, fixture_json):
    responses.get(
        f"{wire.LOYALTY}/customers/details",
        json=fixture_json("customer_points"),
        match=wire.reading(customerId="370001"),
    )

    points = zid.loyalty.read_customer_points(customer_id=370001)

    assert (points.balance, points.pending, points.available) == (115, 15, 100)
    assert (points.used, points.total_positive, len(points.history)) == (10, 125, 1)


def test_it_reads_the_points_history(zid, responses, fixture_json):
    responses.get(
        f"{wire.LOYALTY}/points-history/370001",
        json=fixture_json("points_history"),
        match=wire.reading(),
    )

    added, taken = zid.loyalty.read_points_history(customer_id=370001)

    assert (added.reason, added.direction, added.status) == (
        "Sorry for the delay [ref 7Q]",
        types.Direction.ADD,
        "active",
    )
    assert (taken.reason, taken.direction, taken.order_code) == (None, "-", "aBc123")
    assert taken.date.isoformat() == "2026-10-30T21:00:00+03:00"
    assert added.expires_at.isoformat() == "2027-11-02T10:15:00+03:00"


@pytest.mark.parametrize("body", [{}, {"history": None}, {"history": {}}, {"history": "none"}, []])
def test_it_never_takes_an_unreadable_history_for_an_empty_one(zid, responses, body):
    responses.get(f"{wire.LOYALTY}/points-history/1", json=body)

    with pytest.raises(errors.UnexpectedPayload):
        zid.loyalty.read_points_history(customer_id=1)


@pytest.mark.parametrize("customer_id", ["1/2", "..", "", "1?x=2"])
def test_it_refuses_an_id_that_would_lead_elsewhere(zid, responses, customer_id):
    with pytest.raises(ValueError, match="customer_id"):
        zid.loyalty.read_points_history(customer_id=customer_id)
