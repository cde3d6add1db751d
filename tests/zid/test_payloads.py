"""Tolerance: Zid's JSON may be written oddly, and nothing but UnexpectedPayload may come of it."""

from __future__ import annotations

import contextlib
import copy
import datetime
import json
import logging
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyaltyadmin.zid import _payload, errors, types

HERE = "GET /v1/x"
READERS = [
    types.Tokens.from_payload,
    types.Profile.from_payload,
    types.CashbackRule.from_payload,
    types.RedemptionMethod.from_payload,
    types.Program.from_payload,
    types.InfoPage.from_payload,
    types.Customer.from_payload,
    types.Customer.from_detail_payload,
    types.CustomerPage.from_payload,
    types.CustomerPoints.from_payload,
    types.CustomerPoints.wallet_from_payload,
    types.PointsEntry.from_payload,
    types.PointsEntry.adjusted_from_payload,
    types.PointsEntry.history_from_payload,
    types.ShopperPoints.from_payload,
    types.WebhookSubscription.from_payload,
    types.WebhookSubscription.list_from_payload,
]
FIXTURES = {
    "profile": types.Profile.from_payload,
    "program": types.Program.from_payload,
    "info_page": types.InfoPage.from_payload,
    "customers": types.CustomerPage.from_payload,
    "customer": types.Customer.from_detail_payload,
    "customer_points": types.CustomerPoints.from_payload,
    "points_history": types.PointsEntry.history_from_payload,
    "adjusted": types.PointsEntry.adjusted_from_payload,
    "webhooks": types.WebhookSubscription.list_from_payload,
}

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.decimals()
    | st.text()
    | st.sampled_from(["+", "-", "pos", "1", "1e9", "\ud800", "\0", 1e308, 10**4000])
    | st.sampled_from(["0000-00-00 00:00:00", "9999-12-31T23:59:59Z"])
    | st.sampled_from([Decimal("1e999999"), Decimal("1e-999999"), Decimal("sNaN")])
)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def places(payload, path=()):
    yield path
    items = payload.items() if isinstance(payload, dict) else ()
    items = enumerate(payload) if isinstance(payload, list) else items
    for key, value in items:
        yield from places(value, (*path, key))


def replaced(payload, path, value):
    if not path:
        return value
    payload = copy.deepcopy(payload)
    target = payload
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = value
    return payload


@pytest.mark.parametrize("read", READERS, ids=lambda read: read.__qualname__)
@given(payload=anything)
def test_a_reader_raises_nothing_but_unexpected_payload(read, payload):
    with contextlib.suppress(errors.UnexpectedPayload):
        read(payload, endpoint=HERE)


@pytest.mark.parametrize("name", FIXTURES)
def test_one_odd_value_anywhere_raises_nothing_else_either(name, fixture_json):
    payload = fixture_json(name)
    paths = list(places(payload))

    @given(path=st.sampled_from(paths), value=anything)
    def check(path, value):
        with contextlib.suppress(errors.UnexpectedPayload):
            FIXTURES[name](replaced(payload, path, value), endpoint=HERE)

    check()


@given(body=st.binary() | anything.map(lambda value: json.dumps(value, default=str).encode()))
def test_a_body_is_json_or_a_value_error(body):
    with contextlib.suppress(ValueError):
        _payload.decode(body)


@pytest.mark.parametrize(
    "body", [b"NaN", b"[Infinity]", b"1.5e99999999999999999999", b"[" * 100_000, b"9" * 5000, b""]
)
def test_what_is_no_json_is_a_value_error(body):
    with pytest.raises(ValueError, match=r".*"):
        _payload.decode(body)


@pytest.mark.parametrize(
    ("written", "meant"),
    [(True, True), (False, False), (1, True), (0, False), ("1", True), ("0", False), (1.0, True)],
)
def test_a_flag_is_read_however_it_is_written(fixture_json, written, meant):
    payload = fixture_json("program") | {"is_active": written}

    assert types.Program.from_payload(payload, endpoint=HERE).is_active is meant


@pytest.mark.parametrize("written", [2, "yes", None, [], "01", -1])
def test_a_flag_we_act_on_is_never_guessed(fixture_json, written):
    payload = fixture_json("program") | {"is_active": written}

    with pytest.raises(errors.UnexpectedPayload) as caught:
        types.Program.from_payload(payload, endpoint=HERE)

    assert caught.value.problem.startswith("body.is_active is ")


@pytest.mark.parametrize("written", [115, "115", 115.0, "115.00", " 115 ", Decimal("115.0")])
def test_a_whole_number_is_read_however_it_is_written(written):
    assert _payload.to_integer(written) == 115


@pytest.mark.parametrize("written", [1.5, "1.5", True, "", None, "١", "1_0", "1e3", [], 10**16])
def test_what_is_no_whole_number_is_none(written):
    assert _payload.to_integer(written) is None


@pytest.mark.parametrize(
    "huge",
    [10**5000, Decimal("1e999999"), Decimal("-1e999999"), 1e300],
    ids=["digits", "exponent", "below zero", "float"],
)
@pytest.mark.parametrize("convert", [_payload.to_integer, _payload.to_number, _payload.to_text])
def test_a_number_too_large_to_write_out_is_none(convert, huge):
    assert convert(huge) is None


@pytest.mark.parametrize(
    ("field", "value"),
    [("direction", 10**5000), ("direction", "up"), ("points", True)],
    ids=["huge", "unknown", "no number"],
)
def test_an_entry_that_moves_nothing_known_is_unexpected(fixture_json, field, value):
    payload = fixture_json("adjusted")["data"] | {field: value}

    with pytest.raises(errors.UnexpectedPayload):
        types.PointsEntry.from_payload(payload, endpoint=HERE)


@pytest.mark.parametrize("kind", ["free_shipping", None, 1])
def test_a_redemption_method_of_an_unknown_kind_is_unexpected(fixture_json, kind):
    payload = fixture_json("program")["redemption_rules"][0] | {"rule_type": kind}

    with pytest.raises(errors.UnexpectedPayload):
        types.RedemptionMethod.from_payload(payload, endpoint=HERE)


@pytest.mark.parametrize(("external_id", "is_pos"), [("pos", True), (17, False), (None, False)])
def test_the_point_of_sale_rule_is_known_by_its_external_id(fixture_json, external_id, is_pos):
    payload = fixture_json("program")["cashback_rules"][0] | {"external_id": external_id}

    rule = types.CashbackRule.from_payload(payload, endpoint=HERE)

    assert rule.is_point_of_sale is is_pos


def test_a_rules_audience_is_read_from_its_tags_and_level(fixture_json):
    audience = {"tags": ["VIP", {"name": "Gold"}, None], "level": {"levelName": "First"}}
    payload = fixture_json("program")["cashback_rules"][0] | {"available_to": audience}

    rule = types.CashbackRule.from_payload(payload, endpoint=HERE)

    assert (rule.tags, rule.level_name) == (("VIP", "Gold"), "First")


@pytest.mark.parametrize("currency", [{"code": "SAR"}, "SAR"])
def test_a_currency_is_an_object_or_its_code(fixture_json, currency):
    payload = fixture_json("profile")
    payload["user"]["store"]["currency"] = currency

    assert types.Profile.from_payload(payload, endpoint=HERE).store.currency == "SAR"


def test_only_the_stores_number_can_fail_an_installation(fixture_json):
    store = {"id": "4242", "currency": [], "language": 7, "title": {}, "url": None}

    profile = types.Profile.from_payload({"user": {"store": store}}, endpoint=HERE)

    assert profile.store.id == 4242
    assert (profile.store.currency, profile.store.title, profile.manager_id) == (None, None, None)


def test_an_odd_decorative_field_is_logged_by_its_shape_alone(fixture_json, caplog):
    payload = fixture_json("customers")
    payload["customers"][0]["name"] = {"first": "نورة"}
    caplog.set_level(logging.INFO)

    page = types.CustomerPage.from_payload(payload, endpoint=HERE)

    assert page.customers[0].name is None
    assert caplog.messages == ["GET /v1/x: body.customers[].name is an object"]


def test_an_empty_object_may_arrive_as_a_list():
    points = types.CustomerPoints.from_payload({"loyalty_points_info": []}, endpoint=HERE)
    page = types.InfoPage.from_payload({"payload": []}, endpoint=HERE)

    assert (points.balance, points.available, points.history) == (0, 0, ())
    assert (page.title_ar, page.content_en) == (None, None)


@pytest.mark.parametrize("payload", [{}, {"payload": None}, {"payload": {"content_ar": 7}}])
def test_an_info_page_that_would_be_overwritten_is_never_misread_as_empty(payload):
    with pytest.raises(errors.UnexpectedPayload):
        types.InfoPage.from_payload(payload, endpoint=HERE)


def test_an_entry_whose_reason_is_odd_is_not_read_as_one_without(fixture_json):
    payload = fixture_json("points_history")
    payload["history"][0]["reason"] = {"text": "x"}

    with pytest.raises(errors.UnexpectedPayload) as caught:
        types.PointsEntry.history_from_payload(payload, endpoint=HERE)

    assert caught.value.problem == "body.history[].reason is an object"


def test_points_are_positive_and_the_direction_carries_the_sign(fixture_json):
    payload = fixture_json("adjusted")["data"] | {"points": -25, "direction": "-"}

    entry = types.PointsEntry.from_payload(payload, endpoint=HERE)

    assert (entry.points, entry.direction) == (25, types.Direction.DEDUCT)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-10-30 21:00:00", "2026-10-30T21:00:00+03:00"),
        ("2026-10-30", "2026-10-30T00:00:00+03:00"),
        ("2026-10-30T18:00:00.000000Z", "2026-10-30T18:00:00+00:00"),
        ("2026-10-30T21:00:00+03:00", "2026-10-30T21:00:00+03:00"),
    ],
)
def test_a_naive_date_is_store_time(written, meant):
    assert _payload.to_moment(written).isoformat() == meant


@pytest.mark.parametrize("written", ["0000-00-00 00:00:00", "0001-01-01", "soon", "", None, 17])
def test_what_is_no_date_is_none(written):
    assert _payload.to_moment(written) is None


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1994-05-17", datetime.date(1994, 5, 17)),
        ("1994-05-17 00:00:00", datetime.date(1994, 5, 17)),
        ("0000-00-00", None),
        (1994, None),
    ],
)
def test_a_birthday_is_a_day_or_none(written, meant):
    assert _payload.to_day(written) == meant


def test_text_keeps_nothing_that_a_database_refuses():
    assert _payload.to_text("a\x00b\ud800") == "ab?"


@pytest.mark.parametrize("message", [None, "text", [], {}, 7, {"description": []}])
def test_the_envelopes_message_may_be_anything(fixture_json, message):
    payload = fixture_json("program") | {"message": message, "status": "string"}

    assert types.Program.from_payload(payload, endpoint=HERE).is_active
