"""Connecting stores, opening the app on them, and calling Zid in their name."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import time
import uuid
from collections.abc import Callable, Mapping
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from loyaltyadmin.stores import breakers, pacer
from loyaltyadmin.stores.models import Store, StoreManager, StoreQuerySet
from loyaltyadmin.telemetry import metrics
from loyaltyadmin.zid import client, errors
from loyaltyadmin.zid.types import Profile, Tokens

logger = logging.getLogger(__name__)

# How long a click may wait for a place below the limit, and how long a job's call may.
PERSON_PATIENCE_SECONDS = 8.0
JOB_PATIENCE_SECONDS = 10.0
REFRESHING = "POST /oauth/token"
# Before tokens of a year end, and a third of their life before others do.
REFRESH_AHEAD = dt.timedelta(days=30)
REFUSED_AGAIN = dt.timedelta(days=1)
CUSTOMER_EVENTS = ("customer.create", "customer.update")


class StoreNotFound(Exception):
    """No store has this lookup token: it is wrong, replaced, or the app was uninstalled."""


# Installing


def exchange_code(*, code: str, redirect_uri: str) -> Tokens:
    """This will turn the code that Zid sent to the callback into the store's tokens.

    Raises: errors.TokenRejected for a code that was used or has expired, errors.ZidError.
    Source: OAuth, POST /oauth/token, checked 2026-11.
    """
    return client.exchange_code(
        oauth_url=settings.ZID_OAUTH_URL,
        client_id=settings.ZID_CLIENT_ID,
        client_secret=settings.ZID_CLIENT_SECRET,
        redirect_uri=redirect_uri,
        code=code,
        timeout=settings.ZID_TIMEOUT_SECONDS,
        breaker=breakers.breaker_of(settings.ZID_OAUTH_URL),
        observer=metrics.ZidCalls(),
    )


def connect_store(*, tokens: Tokens) -> Store:
    """This will make the store behind `tokens` one that has the app.

    1. Read the profile with the new tokens: it says which store they are for.
    2. Register a new lookup token at Zid; the store's earlier one dies there.
    3. Save store, manager, tokens and the lookup token's hash, in one transaction.
    4. Subscribe to what happens to customers, with the credentials of today. A failure of this does
       not matter yet: `subscribe_to_customers` makes up for it.

    Until step 3 nothing of ours has changed, so a failure leaves no half-installed store and the
    installation can simply be repeated. Between 2 and 3 an earlier installation's lookup token is
    dead at Zid; that too is mended by repeating.

    A store whose data is being erased is told to try again: what was begun is carried to its end
    first, or the store would come back to a part of its history.

    Raises: errors.ZidError.
    Source: docs.zid.sa, Embedded Apps, POST /v1/managers/embedded-apps-token, checked 2026-11.
    """
    with _client(tokens=tokens, language="ar") as zid:
        profile = zid.store.read_profile()
        for _ in range(3):
            known = Store.objects.filter(id=profile.store.id).first()
            if known is not None and known.erasing_since is not None:
                raise errors.Unavailable(endpoint="an installation while all data is erased")
            lookup_token = str(uuid.uuid4())
            zid.embedded_app.register_lookup_token(token=lookup_token)
            store = _save_connection(
                profile=profile, tokens=tokens, lookup_token=lookup_token, known=known
            )
            if store is not None:
                logger.info("store %s connected", store.id)
                _subscribe_anew(store=store, zid=zid)
                return store
            # Installed twice at once, as by a double click, and the other was saved first. Whose
            # lookup token Zid keeps cannot be told, so it gets another one.
    raise errors.Unavailable(endpoint="an installation that others overtook")


def subscribe_to_customers(*, store: Store, zid: client.Client) -> None:
    """This will subscribe to those of CUSTOMER_EVENTS that the store has no subscription to.

    Without credentials for Zid to bring along, nothing is subscribed to.

    Raises: errors.ZidError.
    """
    if not settings.ZID_WEBHOOK_USERNAME:
        return
    url = customer_events_url(store=store)
    known = {it.event for it in zid.webhooks.list_subscriptions() if it.target_url == url}
    for event in CUSTOMER_EVENTS:
        if event not in known:
            _subscribe(event, url=url, zid=zid)


def _subscribe_anew(*, store: Store, zid: client.Client) -> None:
    if not settings.ZID_WEBHOOK_USERNAME:
        return
    try:
        # Earlier subscriptions would go on with the credentials that they were made with.
        zid.webhooks.unsubscribe(original_id=settings.ZID_APP_ID)
        for event in CUSTOMER_EVENTS:
            _subscribe(event, url=customer_events_url(store=store), zid=zid)
    except errors.ZidError as error:
        logger.warning("store %s: no events of customers yet: %s", store.id, error)


def _subscribe(event: str, *, url: str, zid: client.Client) -> None:
    zid.webhooks.subscribe(
        event=event,
        target_url=url,
        original_id=settings.ZID_APP_ID,
        username=settings.ZID_WEBHOOK_USERNAME,
        password=settings.ZID_WEBHOOK_PASSWORD,
    )


@transaction.atomic
def _save_connection(
    *, profile: Profile, tokens: Tokens, lookup_token: str, known: Store | None
) -> Store | None:
    """Save all of it, unless the store has changed since it was `known`."""
    now, store_id = timezone.now(), profile.store.id
    fields: dict[str, object] = {
        "uuid": (profile.store.uuid or "")[:64],
        "title": (profile.store.title or "")[:255],
        "url": (profile.store.url or "")[:500],
        "currency": (profile.store.currency or "")[:8],
        "language": "en" if profile.store.language == "en" else "ar",
        "installed_at": now,
        "uninstalled_at": None,
        "lookup_token_sha256": _sha256(lookup_token),
        "check_due_at": now,
        "subscription": "",
        "subscription_ends_on": None,
        **_token_fields(tokens=tokens, now=now),
    }
    if known is None or known.uninstalled_at is not None:
        fields["erasure_due_at"] = None  # whoever comes back wants to find everything again
    if known is None:
        _store, is_saved = Store.objects.get_or_create(
            id=store_id, defaults={**fields, "tokens_version": 1}
        )
    else:
        is_saved = _as_known(known).update(**fields, tokens_version=F("tokens_version") + 1) == 1
    if not is_saved:
        return None
    if profile.manager_id is not None:
        StoreManager.objects.update_or_create(
            store_id=store_id,
            manager_id=profile.manager_id,
            defaults={
                "name": (profile.manager_name or "")[:255],
                "email": (profile.manager_email or "")[:255],
                "installed_at": now,
            },
        )
    return Store.objects.get(id=store_id)


def disconnect_store(*, store: Store) -> None:
    """This will forget the store's tokens: Zid no longer takes them. Its history stays.

    Installed again since `store` was read, it has other tokens, and keeps them.
    """
    is_same = Store.objects.filter(
        id=store.id, uninstalled_at=None, installed_at=store.installed_at
    )
    is_disconnected = is_same.update(
        uninstalled_at=timezone.now(),
        authorization="",
        manager_token="",
        refresh_token="",
        lookup_token_sha256=None,
        tokens_expire_at=None,
        refresh_due_at=None,
        refresh_refused_at=None,
        tokens_version=F("tokens_version") + 1,
    )
    if is_disconnected:
        logger.info("store %s disconnected", store.id)


def leave_store(*, store: Store) -> None:
    """This will take the app off a store because its merchant wants all data to be gone.

    What Zid was told of us is taken back as far as Zid answers: without our part of it, the
    embedded token opens nothing and an event finds no store.
    """
    pace = pacer_for(store=store, asks=pacer.For.JOB)
    with zid_client_for(store=store, language=store.language, pace=pace) as zid:
        for take_back in (
            zid.embedded_app.revoke_lookup_token,
            partial(zid.webhooks.unsubscribe, original_id=settings.ZID_APP_ID),
        ):
            try:
                take_back()
            except errors.ZidError as error:
                logger.warning("store %s is left all the same: %s", store.id, error)
    disconnect_store(store=store)


# Opening


def open_embedded_app(*, lookup_token: str) -> Store:
    """This will find the store whose dashboard opened the app with this token.

    Raises: StoreNotFound.
    """
    try:
        return Store.objects.connected().get(lookup_token_sha256=_sha256(lookup_token))
    except Store.DoesNotExist:
        raise StoreNotFound from None


# Calling


def pacer_for(
    *, store: Store, asks: pacer.For, sleep: Callable[[float], None] = time.sleep
) -> pacer.Pacer:
    """This will give what keeps calls in the name of `store` below Zid's limit."""
    patience = PERSON_PATIENCE_SECONDS if asks is pacer.For.PERSON else JOB_PATIENCE_SECONDS
    return pacer.Pacer(
        store_id=store.id, bucket=pacer.bucket(), asks=asks, patience=patience, sleep=sleep
    )


def zid_client_for(*, store: Store, language: str, pace: pacer.Pacer) -> client.Client:
    """This will give a client that calls Zid in the name of `store`, at the pacer's pace.

    `language` is what Zid's own sentences come back in. Refreshed tokens are saved before they
    are used. Close it, or use it as a context manager.
    """
    return _client(
        tokens=store.tokens,
        language=language,
        store_id=store.id,
        pace=pace,
        refresh=lambda refused: refresh_tokens(store_id=store.id, refused=refused),
    )


def refresh_tokens(
    *, store_id: int, refused: Tokens, sleep: Callable[[float], None] = time.sleep
) -> Tokens:
    """This will give tokens that are newer than the ones Zid refused, refreshing them if need be.

    A refresh token works once, so of all processes that were refused at the same time only the
    one that claims the refresh asks Zid; the others wait for what it saves. What comes back is
    saved before anybody uses it.

    Raises: errors.TokenRejected when there is nothing newer to be had, errors.ZidError.
    """
    deadline = time.monotonic() + 3 * settings.ZID_TIMEOUT_SECONDS
    while True:
        store = Store.objects.get(id=store_id)
        if _is_newer(store.tokens, than=refused):
            return store.tokens
        if not store.refresh_token:
            _as_known(store).update(refresh_refused_at=timezone.now())
            raise errors.TokenRejected(endpoint=REFRESHING)
        if claimed_until := _claim_refresh(store=store):
            return _refresh_claimed(store=store, claimed_until=claimed_until)
        if time.monotonic() > deadline:
            raise errors.Unavailable(endpoint=REFRESHING)
        sleep(0.2)


def stores_to_refresh() -> list[Store]:
    """This will give the stores whose tokens are to be renewed now, a hundred at most.

    Well before they end, so that a failure leaves time. Where Zid refused, it is asked once a day:
    the tokens work to their end, and perhaps the refusal was a mistake.
    """
    now = timezone.now()
    is_refused = Q(refresh_refused_at__gt=now - REFUSED_AGAIN)
    due = Store.objects.connected().filter(refresh_due_at__lte=now).exclude(is_refused)
    return list(due.order_by("refresh_due_at")[:100])


def refresh_early(*, store: Store) -> None:
    """This will renew a store's tokens before they end; what hinders it is noted, not raised."""
    try:
        refresh_tokens(store_id=store.id, refused=store.tokens)
    except errors.ZidError as error:
        logger.warning("tokens of store %s could not be renewed: %s", store.id, error)


def _is_newer(tokens: Tokens, *, than: Tokens) -> bool:
    return tokens.manager_token != "" and (tokens.manager_token, tokens.authorization) != (
        than.manager_token,
        than.authorization,
    )


def _as_known(store: Store) -> StoreQuerySet:
    """The row of `store`, if its tokens are still the ones that were read."""
    return Store.objects.filter(id=store.id, tokens_version=store.tokens_version)


def _claim_refresh(*, store: Store) -> dt.datetime | None:
    now = timezone.now()
    # Longer than all the client's tries take: nobody else refreshes while one of them still may.
    until = now + dt.timedelta(seconds=6 * settings.ZID_TIMEOUT_SECONDS + 30)
    is_free = Q(refresh_claimed_until=None) | Q(refresh_claimed_until__lt=now)
    is_ours = _as_known(store).filter(is_free).update(refresh_claimed_until=until)
    return until if is_ours else None


def _refresh_claimed(*, store: Store, claimed_until: dt.datetime) -> Tokens:
    try:
        tokens = client.refresh_tokens(
            oauth_url=settings.ZID_OAUTH_URL,
            client_id=settings.ZID_CLIENT_ID,
            client_secret=settings.ZID_CLIENT_SECRET,
            redirect_uri=callback_url(),
            tokens=store.tokens,
            timeout=settings.ZID_TIMEOUT_SECONDS,
            breaker=breakers.breaker_of(settings.ZID_OAUTH_URL),
            observer=metrics.ZidCalls(),
        )
    except errors.ZidError as error:
        is_refused = isinstance(error, errors.TokenRejected)
        metrics.TOKEN_REFRESHES.labels(outcome="refused" if is_refused else "failed").inc()
        Store.objects.filter(id=store.id, refresh_claimed_until=claimed_until).update(
            refresh_claimed_until=None
        )
        if isinstance(error, errors.TokenRejected):
            _as_known(store).update(refresh_refused_at=timezone.now())
        if isinstance(error, errors.NotFound | errors.ScopeMissing):
            # Said of the call that the tokens are for, these would mean a customer or a permission.
            error = errors.Unavailable(endpoint=REFRESHING, status=error.status)
        return _overtaken(store=store, otherwise=error)
    metrics.TOKEN_REFRESHES.labels(outcome="renewed").inc()
    saved = _as_known(store).update(
        tokens_version=F("tokens_version") + 1, **_token_fields(tokens=tokens, now=timezone.now())
    )
    if not saved:
        return _overtaken(store=store, otherwise=errors.TokenRejected(endpoint=REFRESHING))
    logger.info("tokens of store %s refreshed", store.id)
    return tokens


def _overtaken(*, store: Store, otherwise: errors.ZidError) -> Tokens:
    """Installed again in the meantime, the store has tokens newer than any refresh of ours."""
    tokens = Store.objects.get(id=store.id).tokens
    if not _is_newer(tokens, than=store.tokens):
        raise otherwise
    return tokens


def read_subscription(*, store: Store, pace: pacer.Pacer) -> Mapping[str, object]:
    """This will read what the store pays, as Zid writes it; `subscriptions.read` reads on.

    A 401 is no reason to renew tokens that work elsewhere: nobody has seen this endpoint live.

    Raises: errors.ZidError.
    """
    with _client(tokens=store.tokens, language=store.language, store_id=store.id, pace=pace) as zid:
        return zid.store.read_subscription(app_id=settings.ZID_APP_ID)


def customer_events_url(*, store: Store) -> str:
    """Where Zid delivers what happens to a store's customers.

    The store stands in the address, for what is delivered need not say whose customer it is.
    """
    return f"{settings.PUBLIC_URL}/zid/webhooks/store?store_id={store.id}"


def callback_url() -> str:
    """The Callback URL, as it is set in Zid's partner dashboard."""
    return f"{settings.PUBLIC_URL}/zid/callback"


def embedded_url(*, store: Store) -> str:
    """The page of Zid's dashboard that shows the app in its frame."""
    return (
        f"{settings.ZID_DASHBOARD_URL}/{store.language}/stores/{store.id}"
        f"/apps/{settings.ZID_APP_ID}/embedded"
    )


def _client(
    *,
    tokens: Tokens,
    language: str,
    store_id: int | None = None,
    pace: pacer.Pacer | None = None,
    refresh: Callable[[Tokens], Tokens] | None = None,
) -> client.Client:
    return client.Client(
        tokens=tokens,
        api_url=settings.ZID_API_URL,
        timeout=settings.ZID_TIMEOUT_SECONDS,
        store_id=store_id,
        language="en" if language == "en" else "ar",
        pacer=pace,
        breaker=breakers.breaker_of(settings.ZID_API_URL),
        room=breakers.room(),
        observer=metrics.ZidCalls(),
        refresh=refresh,
    )


def _token_fields(*, tokens: Tokens, now: dt.datetime) -> dict[str, object]:
    expires_in = tokens.expires_in
    lifetime = dt.timedelta(seconds=expires_in) if expires_in else None
    return {
        "authorization": tokens.authorization,
        "manager_token": tokens.manager_token,
        "refresh_token": tokens.refresh_token,
        "tokens_expire_at": now + lifetime if lifetime else None,
        "refresh_due_at": now + lifetime - min(lifetime / 3, REFRESH_AHEAD) if lifetime else None,
        "refresh_refused_at": None,
        "refresh_claimed_until": None,
    }


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
