"""Zid's envelopes, and its sentences in the language that was asked for."""

from __future__ import annotations

from typing import Any

import flask

from tests.zid_sandbox.world import world

SENTENCES: dict[str, tuple[str, str]] = {
    "unauthenticated": (
        "انتهت صلاحية الجلسة، سجّل الدخول مرة أخرى.",
        "The session is invalid. Log in again.",
    ),
    "not_found": ("السجل المطلوب غير موجود.", "The record was not found."),
    "customer_not_found": ("العميل غير موجود.", "The customer was not found."),
    "invalid": ("البيانات المدخلة غير صحيحة.", "The given data was invalid."),
    "rate_limited": ("عدد الطلبات كبير، حاول بعد قليل.", "Too many requests. Try again later."),
    "broken": ("حدث خطأ غير متوقع.", "Something went wrong."),
    "unavailable": ("الخدمة غير متاحة مؤقتًا.", "The service is unavailable for now."),
    "conflict": ("الاشتراك موجود مسبقًا.", "The subscription exists already."),
    "too_few_points": (
        "رصيد العميل من النقاط لا يكفي.",
        "The customer does not have enough points.",
    ),
    "required": ("هذا الحقل مطلوب.", "This field is required."),
    "whole": (
        "يجب أن تكون القيمة عددًا صحيحًا أكبر من صفر.",
        "The value must be a whole number above 0.",
    ),
    "number": ("يجب أن تكون القيمة عددًا أكبر من صفر.", "The value must be a number above 0."),
    "percentage": ("لا تتجاوز نسبة الخصم 100.", "The percentage may not be above 100."),
    "choice": ("القيمة المختارة غير صحيحة.", "The selected value is invalid."),
    "uuid": ("يجب أن تكون القيمة معرّف UUID صحيحًا.", "The value must be a valid UUID."),
    "url": ("يجب أن تكون القيمة رابطًا صحيحًا.", "The value must be a valid URL."),
    "text": ("يجب أن تكون القيمة نصًا.", "The value must be text."),
    "saved": ("تم حفظ التغييرات.", "The changes were saved."),
    "deleted": ("تم الحذف.", "It was deleted."),
}  # fmt: skip

SESSION_INVALID = "ERROR_SESSION_INVALID"
_WORDS = {401: "unauthenticated", 404: "not_found", 422: "invalid", 429: "rate_limited"}
_CODES = {
    401: SESSION_INVALID,
    404: "not_found",
    409: "conflict",
    422: "validation_failed",
    429: "too_many_requests",
}


def is_arabic() -> bool:
    """English unless the first language that the caller wants is Arabic."""
    return flask.request.headers.get("Accept-Language", "").strip().lower().startswith("ar")


def sentence(key: str) -> str:
    arabic, english = SENTENCES[key]
    return arabic if is_arabic() else english


def ok(status: str = "object", /, **fields: Any) -> flask.Response:
    message = {"type": "object", "code": None, "name": None, "description": None}
    return flask.jsonify({"status": status, **fields, "message": message})


def error(
    status: int, key: str | None = None, *, fields: dict[str, str] | None = None
) -> flask.Response:
    """An error in one of Zid's three shapes; `fields` maps a field to a sentence's key."""
    text = sentence(key or _WORDS.get(status, "broken"))
    lists = {field: [sentence(name)] for field, name in (fields or {}).items()}
    body = _SHAPES[world().next_error_shape()](status, text, lists)
    return flask.make_response(flask.jsonify(body), status)


def _as_object(status: int, text: str, fields: dict[str, list[str]]) -> dict[str, Any]:
    code = SESSION_INVALID if status == 401 else "ERROR_POPUP_OK"
    message = {"type": "error", "code": code, "name": text, "description": fields or text}
    return {"status": "error", "message": message}


def _as_text(_status: int, text: str, fields: dict[str, list[str]]) -> dict[str, Any]:
    return {"status": "error", "message": text, **fields}


def _as_error(status: int, text: str, fields: dict[str, list[str]]) -> dict[str, Any]:
    code = _CODES.get(status, "server_error")
    return {
        "status": status,
        "success": False,
        "error": {"code": code, "message": text, "fields": fields},
    }


_SHAPES = {"object": _as_object, "text": _as_text, "error": _as_error}


def unauthenticated() -> flask.Response:
    if world().settings.unauthorized_redirects:
        return login_redirect()
    return error(401)


def login_redirect() -> flask.Response:
    return flask.make_response(flask.redirect("/login"))


def invalid(fields: dict[str, str], key: str = "invalid") -> flask.Response:
    return error(422, key, fields=fields)
