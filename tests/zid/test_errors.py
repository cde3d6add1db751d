from __future__ import annotations

import copy
import logging
import pickle
import traceback

import pytest
import requests

from loyaltyadmin.zid import errors
from tests.zid import wire

LEAVES = [
    errors.NotSent,
    errors.HeldBack,
    errors.CrowdedOut,
    errors.Unavailable,
    errors.OutcomeUnknown,
    errors.Rejected,
    errors.NotFound,
    errors.RateLimited,
    errors.TokenRejected,
    errors.ScopeMissing,
    errors.UnexpectedPayload,
]
EXTRAS = {
    errors.Rejected: {"message": "لا", "code": "validation_failed", "fields": {"points": ["x"]}},
    errors.RateLimited: {"retry_after": 7.0},
    errors.UnexpectedPayload: {"problem": "body.id is missing"},
}


def adjust(zid):
    return zid.loyalty.adjust_customer_points(**wire.ADJUSTMENT)


def test_the_docstring_draws_every_error():
    drawn = errors.__doc__

    assert all(f"── {leaf.__name__} " in drawn for leaf in LEAVES)


@pytest.mark.parametrize("leaf", LEAVES)
@pytest.mark.parametrize("rebuild", [lambda error: pickle.loads(pickle.dumps(error)), copy.copy])  # noqa: S301
def test_an_error_survives_being_pickled(leaf, rebuild):
    extra = EXTRAS.get(leaf, {})
    error = leaf(endpoint="GET /v1/x/{id}", status=418, request_id="r-1", **extra)
    error.add_note("a test runner's note")

    rebuilt = rebuild(error)

    assert type(rebuilt) is leaf
    assert str(rebuilt) == str(error)
    expected = {"endpoint": "GET /v1/x/{id}", "status": 418, "request_id": "r-1", **extra}
    assert {name: getattr(rebuilt, name) for name in expected} == expected


def test_an_error_says_where_and_what():
    error = errors.OutcomeUnknown(endpoint="POST /v1/x", status=502, request_id="r-1")

    assert str(error) == (
        "POST /v1/x may or may not have been applied (status 502, request id r-1)"
    )


@pytest.mark.parametrize(
    ("body", "message", "code", "fields"),
    [
        (
            {"status": "error", "message": {"code": "E1", "description": "رصيد غير كاف"}},
            "رصيد غير كاف",
            "E1",
            {},
        ),
        (
            {"message": {"description": {"points": ["too many", "odd"], "x": "bad"}}},
            None,
            None,
            {"points": ["too many", "odd"], "x": ["bad"]},
        ),
        ({"status": "error", "message": "No"}, "No", None, {}),
        ({"message": "No", "points": ["must be whole"]}, "No", None, {"points": ["must be whole"]}),
        (
            {
                "success": False,
                "status": 422,
                "error": {
                    "code": "validation_failed",
                    "message": "Wrong",
                    "fields": {"reason": ["too long"]},
                },
            },
            "Wrong",
            "validation_failed",
            {"reason": ["too long"]},
        ),
        (
            {"detail": [{"loc": ["body", "days"], "msg": "whole number"}]},
            None,
            None,
            {"days": ["whole number"]},
        ),
        ({"detail": "Too short"}, "Too short", None, {}),
        ({"errors": {"days": ["min"]}, "message": []}, None, None, {"days": ["min"]}),
        ([], None, None, {}),
        ("no", None, None, {}),
        (None, None, None, {}),
    ],
)
@pytest.mark.parametrize("status", [400, 422])
def test_it_carries_zids_words_from_every_shape(
    zid, responses, status, body, message, code, fields
):
    responses.post(wire.ADJUST, status=status, json=body)

    with pytest.raises(errors.Rejected) as caught:
        adjust(zid)

    assert caught.value.message == message
    assert caught.value.code == code
    assert caught.value.fields == fields


def test_a_rejection_without_a_readable_body_has_no_words(zid, responses):
    responses.post(wire.ADJUST, status=422, body=b"<html>")

    with pytest.raises(errors.Rejected) as caught:
        adjust(zid)

    assert (caught.value.message, caught.value.fields) == (None, {})


@pytest.mark.parametrize(("sent", "kept"), [("req-7.a", "req-7.a"), ("a b", None), ("", None)])
def test_it_carries_zids_request_id_if_it_looks_like_one(zid, responses, sent, kept):
    responses.post(wire.ADJUST, status=500, headers={"X-Request-Id": sent})

    with pytest.raises(errors.OutcomeUnknown) as caught:
        adjust(zid)

    assert caught.value.request_id == kept


ANSWERS = [
    {"status": status, "json": {"message": "نورة 370001 has app-secret-1"}}
    for status in (200, 302, 400, 401, 403, 404, 409, 422, 429, 500)
] + [
    {"body": requests.ConnectionError("to /x?customerId=370001 with app-secret-1")},
    {"body": requests.ConnectTimeout("to /x?customerId=370001 with app-secret-1")},
]


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("act", ["adjust", "details", "history", "customer"])
def test_nothing_secret_or_personal_reaches_a_log_or_an_error(zid, responses, caplog, act, answer):
    acts = {
        "adjust": lambda: adjust(zid),
        "details": lambda: zid.loyalty.read_customer_points(customer_id=370001),
        "history": lambda: zid.loyalty.read_points_history(customer_id=370001),
        "customer": lambda: zid.customers.read_customer(customer_id=370001),
    }
    responses.assert_all_requests_are_fired = False
    for url in (
        f"{wire.LOYALTY}/customers/details",
        f"{wire.LOYALTY}/points-history/370001",
        f"{wire.API}/v1/managers/store/customers/370001",
    ):
        responses.get(url, **answer)
    responses.post(wire.ADJUST, **answer)
    caplog.set_level(logging.DEBUG)

    with pytest.raises(errors.ZidError) as caught:
        acts[act]()

    error = caught.value
    shown = [str(error), repr(error), "".join(traceback.format_exception_only(error)), caplog.text]
    for secret in ("secret", "370001", "نورة", "Sorry", "customerId=", "7Q"):
        assert not any(secret in text for text in shown)
    assert (error.__cause__, error.__context__) == (None, None)
    assert b"secret" not in pickle.dumps(error) or isinstance(error, errors.Rejected)


def test_it_logs_one_line_per_request(make_client, responses, fixture_json, caplog):
    responses.get(f"{wire.LOYALTY}/points-history/370001", json=fixture_json("points_history"))
    ticks = iter([10.0, 10.0421])
    caplog.set_level(logging.DEBUG, logger="loyaltyadmin.zid")

    make_client(clock=lambda: next(ticks)).loyalty.read_points_history(customer_id=370001)

    assert [record.getMessage() for record in caplog.records] == [
        "GET /v1/managers/loyalty-program/points-history/{customer_id} 200 42 ms"
    ]
