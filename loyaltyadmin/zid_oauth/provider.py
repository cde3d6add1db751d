from __future__ import annotations

from typing import Any

from allauth.socialaccount.internal import statekit
from allauth.socialaccount.providers.base import ProviderAccount
from allauth.socialaccount.providers.oauth2.provider import OAuth2Provider
from django.core import signing
from django.http import HttpRequest
from django.utils.crypto import get_random_string

from loyaltyadmin.zid_oauth.views import ZidOAuth2Adapter


class ZidProvider(OAuth2Provider):  # type: ignore[misc]  # allauth has no types
    id = "zid"
    name = "Zid"
    account_class = ProviderAccount
    oauth2_adapter_class = ZidOAuth2Adapter
    state_signer = signing.TimestampSigner(salt="loyaltyadmin.zid_oauth.state")

    def get_default_scope(self) -> list[str]:
        # The only one for this address; the others are ticked in Zid's partner dashboard
        # (tests/zid_sandbox/NOTES.md, "Installation").
        return ["embedded_apps_tokens_write"]

    def extract_uid(self, data: dict[str, Any]) -> str:
        return str(data["store_id"])

    def stash_redirect_state(
        self,
        request: HttpRequest,
        process: str,
        next_url: str | None = None,
        data: Any = None,
        **kwargs: Any,
    ) -> str:
        """Sign the state as well as stash it: the callback may come without the session."""
        return str(
            statekit.stash_state(
                request,
                provider_id=self.sub_id,
                state={"process": process},
                state_id=self.state_signer.sign(get_random_string(22)),
            )
        )


provider_classes = [ZidProvider]
