"""What every request of a manager's call must look like, as matchers for `responses`."""

from __future__ import annotations

from responses import matchers

API = "https://api.zid.example"
LOYALTY = f"{API}/v1/managers/loyalty-program"
ADJUST = f"{LOYALTY}/customers/adjust-customer-points"
PROGRAM = f"{LOYALTY}/list-data"

ADJUSTMENT = {
    "customer_id": 370001,
    "direction": "+",
    "points": 25,
    "reason": "Sorry for the delay [ref 7Q]",
}

_COMMON = {
    "Accept": "application/json",
    "Accept-Language": "ar",
    "Accept-Encoding": "gzip, deflate",
    "Connection": "keep-alive",
    "Store-Id": "4242",
    "User-Agent": "loyaltyadmin",
}
_MANAGER = {"Authorization": "Bearer app-secret-1", "X-Manager-Token": "store-secret-1"}


def exactly(headers):
    """Match all headers and no other; a length must be the body's."""

    def match(request):
        sent = dict(request.headers)
        length = sent.pop("Content-Length", "0")
        body = request.body or b""
        body = body.encode() if isinstance(body, str) else body
        fits = sent == headers and int(length) == len(body)
        return fits, "" if fits else f"headers are {sent}, with length {length}"

    return match


def reading(**query):
    return [exactly(_COMMON | _MANAGER), matchers.query_param_matcher(query)]


def form(**fields):
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    return [
        exactly(_COMMON | _MANAGER | kind),
        matchers.urlencoded_params_matcher(fields),
        matchers.query_param_matcher({}),
    ]


def json_body(body):
    return [
        exactly(_COMMON | _MANAGER | {"Content-Type": "application/json"}),
        matchers.json_params_matcher(body),
        matchers.query_param_matcher({}),
    ]


def shopper(**more):
    return [exactly(_COMMON | more), matchers.query_param_matcher({})]
