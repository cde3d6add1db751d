"""Zid's info page at the HTTP edge, and the form as a browser sends it back."""

from __future__ import annotations

import json
from typing import Any

import responses
from django.test import Client

from loyaltyadmin.stores.models import Store
from tests import edge
from tests.pages import Page

INFO = f"{edge.API}/v1/managers/store/loyalty-program-info"
PAGE: dict[str, str | None] = {
    "title_ar": "برنامج الولاء",
    "title_en": None,
    "content_ar": "<P class=x>مرحبا بكم<P>في المتجر",
    "content_en": "<p>Welcome &copy; all</p><ul><li>one<li>two</ul>",
}


def answer(**fields: str | None) -> dict[str, Any]:
    return {"status": "object", "payload": PAGE | fields}


def reads(zid: responses.RequestsMock, **fields: str | None) -> None:
    """Zid gives the page, with these fields in place of those of PAGE."""
    zid.upsert(responses.GET, INFO, json=answer(**fields))


def takes(zid: responses.RequestsMock, store: Store | None = None, **fields: str | None) -> None:
    zid.put(INFO, json=answer(**fields), match=[edge.by(store)] if store else [])


def sent(zid: responses.RequestsMock) -> dict[str, str | None]:
    """The page that Zid got, once."""
    (call,) = [call for call in zid.calls if call.request.method == "PUT"]
    return dict(json.loads(call.request.body))


def form_of(response: Any) -> dict[str, str]:
    """What a browser sends when nothing is typed: each field as it stands in the page."""
    page = Page(response)
    fields = {name: page.one(id=f"id_{name}") for name in ("title_ar", "title_en")}
    texts = {name: page.one(id=f"id_{name}") for name in ("content_ar", "content_en")}
    return {
        **{name: field.attributes.get("value") or "" for name, field in fields.items()},
        # The line break behind the tag is not the text's.
        **{name: "".join(area.pieces).removeprefix("\n") for name, area in texts.items()},
        **{
            name: page.one(name=name).attributes.get("value") or ""
            for name in ("based_on", "restores")
        },
    }


def open_form(client: Client, zid: responses.RequestsMock, **fields: str | None) -> dict[str, str]:
    reads(zid, **fields)
    return form_of(client.get("/info-page/"))
