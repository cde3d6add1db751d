"""The merchant's session: which store it is for, and in which language."""

from __future__ import annotations

import importlib

from django.conf import settings
from django.http import HttpRequest

from loyaltyadmin.stores.models import Store

STORE_KEY = "store_id"
LANGUAGE_KEY = "language"
SHORTCUTS_KEY = "shortcuts"


def start(request: HttpRequest, *, store: Store, language: str) -> None:
    """This will give the request a new session for `store`.

    Always a new one: the session that the browser's cookie names may be another tab's, on another
    store, and must go on there.
    """
    engine = importlib.import_module(settings.SESSION_ENGINE)
    request.session = engine.SessionStore()
    request.session[STORE_KEY] = store.id
    request.session[LANGUAGE_KEY] = language
    request.session.save()
    request.maybe_store = store  # type: ignore[attr-defined]


def store_of(request: HttpRequest) -> Store | None:
    """This will give the store of the session, unless the app was uninstalled from it."""
    store_id = request.session.get(STORE_KEY)
    if not store_id:
        return None
    return Store.objects.connected().with_running_job().filter(id=store_id).first()


def language_of(request: HttpRequest) -> str:
    """This will give the session's language: Arabic, unless English was asked for."""
    if chosen := request.session.get(LANGUAGE_KEY):
        return str(chosen)
    asked = request.GET.get("language") or request.headers.get("Accept-Language", "")
    return "en" if asked.lower().startswith("en") else "ar"


def set_language(request: HttpRequest, *, language: str) -> None:
    """This will keep `language` for the rest of the session."""
    if language in dict(settings.LANGUAGES):
        request.session[LANGUAGE_KEY] = language


def shortcuts_of(request: HttpRequest) -> bool:
    """This will tell whether single keys do anything: they do, unless they were switched off."""
    return bool(request.session.get(SHORTCUTS_KEY, True))


def set_shortcuts(request: HttpRequest, *, active: bool) -> None:
    """This will keep that choice for the rest of the session; the frame has no storage."""
    request.session[SHORTCUTS_KEY] = active


def end_all(*, store_id: int) -> None:
    """This will end every session of a store, also those that have run out and still lie there.

    What a session holds is not searchable, so each is looked into.
    """
    rows = importlib.import_module(settings.SESSION_ENGINE).SessionStore.get_model_class().objects
    of_store = [it.pk for it in rows.iterator() if it.get_decoded().get(STORE_KEY) == store_id]
    rows.filter(pk__in=of_store).delete()
