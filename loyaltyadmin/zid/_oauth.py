"""Tokens: docs.zid.sa, "Authorization". One form, posted to the OAuth server."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from loyaltyadmin.zid import errors
from loyaltyadmin.zid._session import (
    Call,
    Identity,
    Observer,
    Surroundings,
    Unobserved,
    Unpaced,
    ZidSession,
)
from loyaltyadmin.zid._transport import Transport
from loyaltyadmin.zid.breaker import Breaker
from loyaltyadmin.zid.room import Room
from loyaltyadmin.zid.types import Tokens


def exchange_code(
    *,
    oauth_url: str,
    client_id: str,
    client_secret: str,
    redirect_uri: str,
    code: str,
    timeout: float | tuple[float, float],
    breaker: Breaker | None = None,
    observer: Observer | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Tokens:
    """This will turn the code of an installation into tokens. A code works once.

    Shape: Tokens.
    Units: ``timeout`` in seconds, for connecting and for reading; ``expires_in`` in seconds.
    Raises: TokenRejected when the code or the app's keys are not accepted; OutcomeUnknown when
    the answer was lost, and the code with it; NotSent, RateLimited.
    Source: "Authorization", POST /oauth/token, checked 2026-11, captured.
    """
    form = {
        "grant_type": "authorization_code",
        "client_id": client_id,
        "client_secret": client_secret,
        "redirect_uri": redirect_uri,
        "code": code,
    }
    return _post(
        oauth_url=oauth_url,
        form=form,
        timeout=timeout,
        breaker=breaker,
        observer=observer,
        sleep=sleep,
        earlier=None,
    )


def refresh_tokens(
    *,
    oauth_url: str,
    client_id: str,
    client_secret: str,
    redirect_uri: str,
    tokens: Tokens,
    timeout: float | tuple[float, float],
    breaker: Breaker | None = None,
    observer: Observer | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Tokens:
    """This will exchange tokens for newer ones.

    Shape: Tokens; what Zid does not renew is kept from ``tokens``. Keep all of them at once:
    the refresh token may rotate.
    Units: ``timeout`` in seconds, for connecting and for reading; ``expires_in`` in seconds.
    Raises: TokenRejected when the refresh token is not accepted; OutcomeUnknown when the answer
    was lost; NotSent, RateLimited.
    Source: "Authorization", POST /oauth/token, checked 2026-11, captured.
    """
    form = {
        "grant_type": "refresh_token",
        "client_id": client_id,
        "client_secret": client_secret,
        "redirect_uri": redirect_uri,
        "refresh_token": tokens.refresh_token,
    }
    return _post(
        oauth_url=oauth_url,
        form=form,
        timeout=timeout,
        breaker=breaker,
        observer=observer,
        sleep=sleep,
        earlier=tokens,
    )


def both_timeouts(timeout: float | tuple[float, float]) -> tuple[float, float]:
    """Return seconds for connecting and for reading; a single number stands for both."""
    return timeout if isinstance(timeout, tuple) else (timeout, timeout)


def _post(
    *,
    oauth_url: str,
    form: Mapping[str, str],
    timeout: float | tuple[float, float],
    breaker: Breaker | None,
    observer: Observer | None,
    sleep: Callable[[float], None],
    earlier: Tokens | None,
) -> Tokens:
    session = ZidSession(
        base_url=oauth_url,
        transport=Transport(timeout=both_timeouts(timeout)),
        surroundings=Surroundings(
            clock=time.monotonic,
            sleep=sleep,
            pacer=Unpaced(),
            breaker=breaker or Breaker(),
            room=Room(),
            refresh=None,
            observer=observer or Unobserved(),
        ),
        tokens=None,
    )
    call = Call(verb="POST", template="/oauth/token", form=form, identity=Identity.NOBODY)
    failure: errors.ZidError
    try:
        return Tokens.from_payload(session.send(call), endpoint=call.endpoint, earlier=earlier)
    except errors.Rejected as error:
        # Here a 400 is about the code, the refresh token or the app's keys.
        failure = errors.TokenRejected(
            endpoint=call.endpoint, status=error.status, request_id=error.request_id
        )
    except errors.UnexpectedPayload:
        failure = errors.OutcomeUnknown(endpoint=call.endpoint, status=200)
    finally:
        session.close()
    raise failure
