"""Every answer that the contract declares, asked for and held against it."""

from __future__ import annotations

import copy
import dataclasses
import uuid
from typing import Any

import jsonschema
import pytest

from tests.zid_sandbox_tests import contract
from tests.zid_sandbox_tests.conftest import APP_URL, Manager

LOYALTY = "/v1/managers/loyalty-program"
STOREFRONT = "/v1/customers/loyalty-program/{store_id}"
UNKNOWN = str(uuid.UUID(int=0, version=4))
KEYS = {"client_id": "sandbox-client", "client_secret": "sandbox-secret"}
METHOD = {"type": "fixed_rate_settings", "discount": 5, "points": 50}
HOOK = {"event": "customer.update", "target_url": f"{APP_URL}/hook", "original_id": 4242}
PAGE = {"title_ar": "عنوان", "title_en": None, "content_ar": "<p>نص</p>", "content_en": ""}
POINTS = {"customerId": 1008, "direction": "+", "points": 1, "reason": "x"}


@dataclasses.dataclass(frozen=True)
class Call:
    """How an answer is asked for; <rule> and <method> stand for ids of the store."""

    fill: dict[str, Any] = dataclasses.field(default_factory=dict)
    params: dict[str, Any] | None = None
    json: Any = None
    data: dict[str, Any] | None = None
    twice: bool = False


GET, MANAGERS = "GET", "/v1/managers"
AUTHORIZE = {
    "client_id": "sandbox-client",
    "redirect_uri": f"{APP_URL}/zid/callback",
    "response_type": "code",
}
CALLS: dict[tuple[str, str, int], Call] = {
    (GET, "/oauth/authorize", 302): Call(params=AUTHORIZE),
    ("POST", "/oauth/token", 200): Call(
        data={**KEYS, "grant_type": "refresh_token", "refresh_token": "<refresh>"}
    ),
    ("POST", "/oauth/token", 400): Call(
        data={**KEYS, "grant_type": "authorization_code", "code": "never-issued"}
    ),
    (GET, f"{MANAGERS}/account/profile", 200): Call(),
    ("POST", f"{MANAGERS}/embedded-apps-token", 200): Call(json={"token": UNKNOWN}),
    ("DELETE", f"{MANAGERS}/embedded-apps-token", 200): Call(),
    (GET, f"{LOYALTY}/loyalty-status", 200): Call(),
    ("POST", f"{LOYALTY}/activation", 200): Call(data={"activate": 0}),
    ("POST", f"{LOYALTY}/activation", 422): Call(data={"activate": 2}),
    (GET, f"{LOYALTY}/list-data", 200): Call(),
    ("POST", f"{LOYALTY}/points-expiration", 200): Call(data={"days": "30"}),
    ("POST", f"{LOYALTY}/points-expiration", 422): Call(data={"days": "soon"}),
    ("POST", f"{LOYALTY}/points-collection/update", 200): Call(
        data={"ruleId": "<rule>", "config[money]": "25.5", "config[points]": "2"}
    ),
    ("POST", f"{LOYALTY}/points-collection/update", 404): Call(
        json={"ruleId": UNKNOWN, "config": {"money": 1, "points": 1}}
    ),
    ("POST", f"{LOYALTY}/points-collection/update", 422): Call(
        json={"ruleId": "<rule>", "config": {"money": 0, "points": 1.5}}
    ),
    ("PUT", f"{LOYALTY}/points-collection/update-status", 200): Call(
        json={"ruleId": "<rule>", "activate": 0}
    ),
    ("PUT", f"{LOYALTY}/points-collection/update-status", 404): Call(
        json={"ruleId": UNKNOWN, "activate": 0}
    ),
    ("POST", f"{LOYALTY}/points-redemption", 200): Call(json={"config": METHOD}),
    ("POST", f"{LOYALTY}/points-redemption", 422): Call(
        data={
            "config[type]": "percentage_discount_settings",
            "config[discount]": 101,
            "config[points]": 0,
        }
    ),
    ("POST", f"{LOYALTY}/points-redemption/update", 200): Call(
        json={"ruleId": "<method>", "config": METHOD}
    ),
    ("POST", f"{LOYALTY}/points-redemption/update", 404): Call(
        json={"ruleId": UNKNOWN, "config": METHOD}
    ),
    ("POST", f"{LOYALTY}/points-redemption/update", 422): Call(json={"ruleId": "<method>"}),
    ("POST", f"{LOYALTY}/points-redemption/delete", 200): Call(data={"ruleId": "<method>"}),
    ("POST", f"{LOYALTY}/points-redemption/delete", 404): Call(json={"ruleId": UNKNOWN}),
    ("PUT", f"{LOYALTY}/points-redemption/update-status", 200): Call(
        json={"redemptionRuleUuid": "<method>", "status": 0}
    ),
    ("PUT", f"{LOYALTY}/points-redemption/update-status", 404): Call(
        json={"redemptionRuleUuid": UNKNOWN, "status": 0}
    ),
    (GET, f"{MANAGERS}/store/loyalty-program-info", 200): Call(),
    ("PUT", f"{MANAGERS}/store/loyalty-program-info", 200): Call(json=PAGE),
    ("PUT", f"{MANAGERS}/store/loyalty-program-info", 422): Call(json={"title_ar": "وحده"}),
    (GET, f"{MANAGERS}/store/customers", 200): Call(
        params={"page": 1, "per_page": 100, "order_by": "points", "sort_by": "desc"}
    ),
    (GET, f"{MANAGERS}/store/customers/{{customer_id}}", 200): Call({"customer_id": 1008}),
    (GET, f"{MANAGERS}/store/customers/{{customer_id}}", 404): Call({"customer_id": 7}),
    (GET, f"{LOYALTY}/customers/details", 200): Call(params={"customerId": 1008}),
    (GET, f"{LOYALTY}/customers/details", 404): Call(params={"customerId": 7}),
    (GET, f"{LOYALTY}/points-history/{{customer_id}}", 200): Call({"customer_id": 1008}),
    (GET, f"{LOYALTY}/points-history/{{customer_id}}", 404): Call({"customer_id": "nobody"}),
    ("POST", f"{LOYALTY}/customers/adjust-customer-points", 200): Call(data=POINTS),
    ("POST", f"{LOYALTY}/customers/adjust-customer-points", 404): Call(
        json={**POINTS, "customerId": 7}
    ),
    ("POST", f"{LOYALTY}/customers/adjust-customer-points", 422): Call(
        json={**POINTS, "direction": "-", "points": 999_999}
    ),
    (GET, f"{MANAGERS}/webhooks", 200): Call(),
    ("POST", f"{MANAGERS}/webhooks", 200): Call(json=HOOK),
    ("POST", f"{MANAGERS}/webhooks", 409): Call(json=HOOK, twice=True),
    ("DELETE", f"{MANAGERS}/webhooks", 200): Call(params={"original_id": "4242"}),
    (GET, "/v1/market/app/subscription", 200): Call(params={"app_id": "4242"}),
    (GET, f"{STOREFRONT}/points", 200): Call({"store_id": 90001}),
    (GET, f"{STOREFRONT}/wallet", 200): Call({"store_id": 90001}),
    (GET, f"{STOREFRONT}/loyalty-status", 200): Call({"store_id": 90001}),
    (GET, f"{STOREFRONT}/point-cashback-rules", 200): Call({"store_id": 90001}),
    (GET, f"{STOREFRONT}/point-redemption-methods", 200): Call({"store_id": 90001}),
}

DECLARED = sorted(contract.declared())
# These two are provoked from outside: the call is the one that would succeed.
PROVOKED = {401, 429}


def _ask(manager: Manager, method: str, path: str, status: int) -> Any:
    call = CALLS.get((method, path, status)) or CALLS[method, path, 200]
    filled = _fill({"params": call.params, "json": call.json, "data": call.data}, manager)
    manager.sandbox.settings(auto_consent=True, burst=0 if status == 429 else 60)
    headers = {"X-CUSTOMER-TOKEN": manager.sandbox.shopper(1008)["customer_token"]}
    if status == 401:
        headers = {"Authorization": "Bearer of nothing", "X-Manager-Token": "stale"}
    if call.twice:
        manager.call(method, path, **filled)
    return manager.call(method, path.format(**call.fill), headers=headers, **filled)


def _fill(value: Any, manager: Manager) -> Any:
    if isinstance(value, dict):
        return {key: _fill(part, manager) for key, part in value.items()}
    if value == "<refresh>":
        return manager.tokens["refresh_token"]
    if value in ("<rule>", "<method>"):
        program = manager.loyalty("GET", "list-data").json()
        return program["cashback_rules" if value == "<rule>" else "redemption_rules"][0]["id"]
    return value


@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.parametrize("shape", ["object", "text", "error"])
@pytest.mark.parametrize(("method", "path", "status"), DECLARED)
def test_it_answers_as_the_contract_says(
    manager: Manager, method: str, path: str, status: int, shape: str, language: str
) -> None:
    manager.session.headers["Accept-Language"] = language
    manager.sandbox.settings(error_shape=shape)

    answer = _ask(manager, method, path, status)

    assert answer.status_code == status
    if status != 302:
        contract.check(method, path, status, answer.json())


def test_it_exercises_every_answer_of_every_operation() -> None:
    successes = {(method, path, status) for method, path, status in CALLS if status < 400}
    provoked = {
        (method, path, status)
        for method, path, status in contract.declared()
        if status in PROVOKED and (method, path, 200) in successes
    }

    assert contract.declared() == set(CALLS) | provoked


def test_it_compares_bodies_of_every_operation_that_declares_one() -> None:
    described = [
        path for _, path, operation in contract.operations() if "200" in operation["responses"]
    ]

    assert len(described) == len(list(contract.operations())) - 1


def test_the_check_refuses_a_field_that_is_spelt_well(manager: Manager) -> None:
    path = f"{LOYALTY}/customers/details"
    good = manager.call("GET", path, params={"customerId": 1008}).json()
    contract.check("GET", path, 200, good)
    repaired = copy.deepcopy(good)
    info = repaired["loyalty_points_info"]
    info["available_points"] = info.pop("available_poitns")

    with pytest.raises(jsonschema.ValidationError, match="available_points"):
        contract.check("GET", path, 200, repaired)


def test_the_check_refuses_a_field_that_nobody_declared(manager: Manager) -> None:
    path = f"{LOYALTY}/list-data"
    extended = manager.call("GET", path).json()
    extended["redemption_rules"][0]["reward"]["currency"] = "SAR"

    with pytest.raises(jsonschema.ValidationError, match="currency"):
        contract.check("GET", path, 200, extended)


def test_the_check_refuses_an_undeclared_field_of_an_error() -> None:
    body = {"status": "error", "message": "no", "hint": "try again"}

    with pytest.raises(jsonschema.ValidationError, match="not of type 'array'"):
        contract.check("GET", f"{LOYALTY}/list-data", 401, body)
