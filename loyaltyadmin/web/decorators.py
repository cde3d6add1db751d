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

P = ParamSpec("P")
StoreView = Callable[Concatenate[StoreHttpRequest, P], HttpResponseBase]


def store_required(view: StoreView[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Let only a merchant in who came from Zid's dashboard; give the view their store and Zid."""

    @functools.wraps(view)
    def wrapper(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        store = cast("AppRequest", request).maybe_store
        if store is None:
            return views.open_from_dashboard(request)
        store_request = cast("StoreHttpRequest", request)
        store_request.store = store
        language = translation.get_language() or store.language
        store_request.pace = operations.pacer_for(store=store, asks=pacer.For.PERSON)
        with operations.zid_client_for(
            store=store, language=language, pace=store_request.pace
        ) as zid:
            store_request.zid = zid
            return view(store_request, *args, **kwargs)

    return wrapper
