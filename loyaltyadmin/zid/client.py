"""The front door: one ``Client`` for one store's tokens, and the two ways to get tokens."""

from __future__ import annotations

import time
import urllib.parse
from collections.abc import Callable
from types import TracebackType
from typing import Self

import requests

from loyaltyadmin.zid._customers import Customers
from loyaltyadmin.zid._embedded_app import EmbeddedApp
from loyaltyadmin.zid._loyalty import Loyalty
from loyaltyadmin.zid._oauth import both_timeouts, exchange_code, refresh_tokens
from loyaltyadmin.zid._session import (
    Observer,
    Pacer,
    Surroundings,
    Unobserved,
    Unpaced,
    ZidSession,
)
from loyaltyadmin.zid._store import Store
from loyaltyadmin.zid._storefront import Storefront
from loyaltyadmin.zid._transport import Transport
from loyaltyadmin.zid._webhooks import Webhooks
from loyaltyadmin.zid.breaker import Breaker
from loyaltyadmin.zid.room import Room
from loyaltyadmin.zid.types import Tokens

__all__ = ["Client", "Observer", "Pacer", "exchange_code", "refresh_tokens"]


class Client:
    """Zid, as one store's tokens see it. A context manager; not for two threads at once.

    ``timeout`` is in seconds, a pair for (connecting, reading) or one number for both.
    ``language`` is the one of Zid's own sentences: ``"ar"`` or ``"en"``. ``pacer`` is asked
    before every request and told of every 429. ``breaker`` holds requests back while the host does
    not answer; all who call that host share it. ``room`` has places for those that wait, and all
    share it. ``observer`` is told of every
    request. ``refresh`` is given tokens that Zid refused, keeps the new ones and returns them;
    without it a 401 is ``TokenRejected`` at once.
    ``session`` carries proxies or certificates of a deployment's own; its adapters are replaced,
    since nothing below may repeat a write.
    """

    def __init__(
        self,
        *,
        tokens: Tokens,
        api_url: str,
        timeout: float | tuple[float, float],
        store_id: int | str | None = None,
        language: str = "ar",
        pacer: Pacer | None = None,
        breaker: Breaker | None = None,
        room: Room | None = None,
        observer: Observer | None = None,
        refresh: Callable[[Tokens], Tokens] | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        session: requests.Session | None = None,
    ) -> None:
        place = urllib.parse.urlsplit(api_url)
        if place.scheme not in ("http", "https") or not place.hostname or place.query:
            raise ValueError("api_url must be an http or https address without a query")
        self._session = ZidSession(
            base_url=api_url,
            transport=Transport(timeout=both_timeouts(timeout), session=session),
            surroundings=Surroundings(
                clock=clock,
                sleep=sleep,
                pacer=pacer or Unpaced(),
                breaker=breaker or Breaker(),
                room=room or Room(),
                refresh=refresh,
                observer=observer or Unobserved(),
            ),
            tokens=tokens,
            store_id=store_id,
            language=language,
        )
        self.loyalty = Loyalty(self._session)
        self.customers = Customers(self._session)
        self.store = Store(self._session)
        self.embedded_app = EmbeddedApp(self._session)
        self.webhooks = Webhooks(self._session)
        self.storefront = Storefront(self._session)

    def insist_on_answers(self) -> None:
        """This will raise where a change would be held back, before it is written down as sent.

        Raises: errors.HeldBack.
        """
        self._session.insist_on_answers(endpoint="any change", is_read=False)

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _value: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self.close()
