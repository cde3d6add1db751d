from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

from allauth.socialaccount.internal import statekit
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.views import OAuth2Adapter
from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_GET

from loyaltyadmin.stores import operations
from loyaltyadmin.zid import errors

logger = logging.getLogger(__name__)

STATE_LIFETIME_SECONDS = statekit.STATE_TTL


class ZidOAuth2Adapter(OAuth2Adapter):  # type: ignore[misc]  # allauth has no types
    provider_id = "zid"

    @property
    def authorize_url(self) -> str:
        return f"{settings.ZID_OAUTH_URL}/oauth/authorize"

    @property
    def access_token_url(self) -> str:
        return f"{settings.ZID_OAUTH_URL}/oauth/token"

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        return operations.callback_url()


@require_GET
def oauth2_login(request: HttpRequest) -> HttpResponse:
    """Zid's Redirection URL: send the merchant on to Zid's consent page."""
    provider = ZidOAuth2Adapter(request).get_provider()
    # `redirect`, not `redirect_from_request`: an address must not be able to widen the scope.
    return provider.redirect(request, process=AuthProcess.LOGIN)  # type: ignore[no-any-return]


@require_GET
def oauth2_callback(request: HttpRequest) -> HttpResponse:
    """Zid's Callback URL: connect the store, and send the browser back into the dashboard.

    Nobody is logged in here, with a cookie or without: the session opens in the frame, with the
    token that Zid's dashboard brings (docs/adr/0006). So allauth's part ends at the state.
    """
    if request.GET.get("error_code") == "EC3":
        return _failure(request, reason="not_subscribed", status=HTTPStatus.FORBIDDEN)
    if not _is_state_ours(request):
        return _failure(request, reason="bad_state", status=HTTPStatus.BAD_REQUEST)
    if request.GET.get("error") == ZidOAuth2Adapter.login_cancelled_error:
        return _failure(request, reason="denied", status=HTTPStatus.FORBIDDEN)
    code = request.GET.get("code")
    if not code:
        return _failure(request, reason="failed", status=HTTPStatus.BAD_REQUEST)
    try:
        tokens = operations.exchange_code(code=code, redirect_uri=operations.callback_url())
        store = operations.connect_store(tokens=tokens)
    except errors.ZidError as error:
        logger.warning("installation failed: %s", error)
        return _failure(request, reason="failed", status=HTTPStatus.BAD_GATEWAY)
    return HttpResponseRedirect(operations.embedded_url(store=store))


def _is_state_ours(request: HttpRequest) -> bool:
    """Tell whether the state is one that we sent, and not one that this browser used before.

    Zid's reviewers come back without a cookie, so there the signature alone must do: nobody is
    logged in, and the code behind it works once (tests/zid_sandbox/NOTES.md, "Installation").
    """
    state = request.GET.get("state", "")
    provider = ZidOAuth2Adapter(request).get_provider()
    try:
        provider.state_signer.unsign(state, max_age=STATE_LIFETIME_SECONDS)
    except signing.BadSignature:
        return False
    if statekit.STATES_SESSION_KEY not in request.session:
        return True
    return statekit.unstash_state(request, state_id=state, provider_id=provider.sub_id) is not None


def _failure(request: HttpRequest, *, reason: str, status: HTTPStatus) -> HttpResponse:
    return render(
        request,
        "zid_oauth/installation_failed.html",
        {"reason": reason, "dashboard_url": settings.ZID_DASHBOARD_URL},
        status=status,
    )
