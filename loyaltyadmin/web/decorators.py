from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec, cast

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation

from loyaltyadmin.stores import operations, pacer
from loyaltyadmin.web import views
from loyaltyadmin.web.http import AppRequest, StoreHttpRequest

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}

P = ParamSpec("P")
StoreView = Callable[Concatenate[StoreHttpRequest, P], HttpResponseBase]


def store_required(view: StoreView[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Let only a merchant in who came from Zid's dashboard; give the view their store and Zid.

    Where the store's subscription allows no changes, nothing is changed (`whatever_is_paid`).
    """
    is_free = getattr(view, "is_free", False)

    @functools.wraps(view)
    def wrapper(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        store = cast("AppRequest", request).maybe_store
        if store is None:
            return views.open_from_dashboard(request)
        if not (is_free or request.method in SAFE_METHODS or store.allows.changes):
            return views.reading_only(request)
        store_request = cast("StoreHttpRequest", request)
        store_request.store = store
        language = translation.get_language() or store.language
        store_request.pace = operations.pacer_for(store=store, asks=pacer.For.PERSON)
        with operations.zid_client_for(
            store=store, language=language, pace=store_request.pace
        ) as zid:
            store_request.zid = zid
            return view(store_request, *args, **kwargs)

    wrapper.is_for_stores = True  # type: ignore[attr-defined]  # no stranger gets further (doors)
    return wrapper


def whatever_is_paid(view: StoreView[P]) -> StoreView[P]:
    """Below `store_required`: what is posted stops something, or changes nothing at all.

    So it is let through in every state of the subscription (stores.subscriptions).
    """
    view.is_free = True  # type: ignore[attr-defined]  # store_required looks for it
    return view
