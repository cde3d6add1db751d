from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

if TYPE_CHECKING:
    from django.contrib.sessions.backends.base import SessionBase

    from loyaltyadmin.stores.models import Store
    from loyaltyadmin.stores.pacer import Pacer
    from loyaltyadmin.zid.client import Client


class AppRequest(HttpRequest):
    """What the middleware promises on every request."""

    htmx: HtmxDetails
    session: SessionBase
    csp_nonce: str
    # None where nobody came from Zid's dashboard.
    maybe_store: Store | None


class StoreHttpRequest(AppRequest):
    """A request that `store_required` let through: it belongs to a store."""

    store: Store
    zid: Client
    pace: Pacer
