"""Text messages through Unifonic, a provider in Riyadh.

Source: https://docs.unifonic.com/reference/sms-api ("SMS API", POST /rest/SMS/messages) and
https://docs.unifonic.com/articles/products-documentation/understanding-reasons-of-sms-non-delivery/
for the codes, both read in November 2026.
"""

from __future__ import annotations

import requests
from django.conf import settings

from loyaltyadmin.notices.channels import AddressRefused, Later, Letter, Lost, Refused, Unreachable

PATH = "/rest/SMS/messages"
NOBODY_THERE = {"ER-02", "ER-03", "ER-04", "ER-05"}  # wrong, too long, too short, no route
NOT_OURS_TO_SEND = {"ER-01", "ER-08"}  # no credit, or a sender that is not registered


class UnifonicCarrier:
    def __init__(self) -> None:
        self._session = requests.Session()
        self._session.trust_env = False

    def open(self) -> None:
        """There is no connection to keep ready."""

    def send(self, letter: Letter) -> None:
        try:
            answer = self._session.post(
                f"{settings.UNIFONIC_URL}{PATH}",
                data={
                    "AppSid": settings.UNIFONIC_APP_SID,
                    "SenderID": settings.UNIFONIC_SENDER_ID,
                    "Recipient": letter.to,
                    "Body": text_of(letter),
                    "responseType": "JSON",
                    "CorrelationID": str(letter.id),
                },
                headers={"Accept": "application/json"},
                timeout=settings.EMAIL_TIMEOUT,
                allow_redirects=False,
            )
        except requests.ConnectTimeout:
            raise Unreachable("no connection") from None
        except requests.RequestException as error:
            # Not even a failed connection says by itself that nothing was read.
            raise Lost from error
        _judge(answer)

    def close(self) -> None:
        self._session.close()


def text_of(letter: Letter) -> str:
    return "\n".join([*(it.text for it in letter.sections), letter.opt_out_url])


def _judge(answer: requests.Response) -> None:
    if answer.status_code in {401, 403, 404}:
        raise Unreachable(str(answer.status_code))
    if answer.status_code == 429:
        raise Later("429")
    try:
        said = answer.json()
        succeeded, code = said["success"], str(said.get("errorCode", ""))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Lost from error
    # A flag here, a text in the bulk call's sample.
    if str(succeeded).lower() == "true":
        return
    if code in NOBODY_THERE:
        raise AddressRefused(code)
    if code in NOT_OURS_TO_SEND:
        raise Unreachable(code)
    if answer.status_code >= 500 or not code.startswith("ER-"):
        raise Lost
    raise Refused(code)
