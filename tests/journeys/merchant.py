"""A merchant with the app open inside Zid's dashboard, in a browser that keeps no cookie there."""

from __future__ import annotations

import html
import http.client
import json
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from types import MappingProxyType

from loyaltyadmin.web import session_token
from tests.journeys.judge import STORE_ID, wait_until
from tests.pages import Page
from tests.processes import Product

PATIENCE_SECONDS = 60


class NotAnswered(Exception):
    """The connection broke or led nowhere, or the server says that it is in trouble: nobody who
    clicked knows what came of it."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    url: str
    status: int
    headers: Message
    content: bytes

    @property
    def is_fine(self) -> bool:
        return 200 <= self.status < 300

    @property
    def page(self) -> Page:
        return Page(self)

    @property
    def job_state(self) -> str:
        """What the page of a bulk adjustment says of it."""
        chip = re.search(r'<[^>]* id="job-status"[^>]*>', self.content.decode())
        assert chip is not None, self.url
        state = re.search(r'data-state="(\w+)"', chip[0])
        assert state is not None
        return state[1]


@dataclass(frozen=True, kw_only=True)
class Draft:
    job: str
    seen: str  # what its page says of its lines, to be sent when it is started


class Merchant:
    def __init__(self, product: Product, *, store_id: int = STORE_ID) -> None:
        """This will open the app as the dashboard does, in its frame."""
        self._url = product.url
        self._browser = product.browser()
        # As htmx sends them with every request: the session, and soon the CSRF token.
        self.headers: dict[str, str] = {}
        dashboard = product.dashboard_url(store_id=store_id, language="en")
        frame = re.search(r'<iframe[^>]* src="([^"]+)"', self._ask(dashboard).content.decode())
        assert frame is not None
        opened = self._ask(html.unescape(frame[1]))
        self.headers[session_token.HEADER] = str(opened.headers[session_token.HEADER])
        self.see("/program/")

    def see(self, path: str) -> Answer:
        """Load a page. Raises: NotAnswered."""
        answer = self._ask(f"{self._url}{path}", headers=self.headers)
        body = answer.page.all("body")
        if body and (headers := body[0].attributes.get("hx-headers")):
            self.headers |= json.loads(headers)
        return answer

    def press(
        self,
        path: str,
        fields: Mapping[str, str] = MappingProxyType({}),
        *,
        is_boosted: bool = False,
    ) -> Answer:
        """Send a form: one that htmx answers in its place, or one that leads to another page.

        Raises: NotAnswered.
        """
        htmx = {"HX-Request": "true"} | ({"HX-Boosted": "true"} if is_boosted else {})
        return self._ask(
            f"{self._url}{path}",
            headers=self.headers | htmx | {"Origin": self._url},
            form=urllib.parse.urlencode(fields).encode(),
        )

    def draft_job(self, pasted: str, *, reason: str) -> Draft:
        """Paste lines, as those of a file, to adjust these customers. Raises: NotAnswered."""
        form = {"pasted": pasted, "reason": reason}
        answer = self.press("/bulk-adjustments/start/", form, is_boosted=True)
        return draft_of(answer)

    def confirm(self, draft: Draft) -> Answer:
        """Start it. Raises: NotAnswered."""
        form = {"seen": draft.seen, "starts_at": ""}
        return self.press(f"/bulk-adjustments/{draft.job}/confirm/", form, is_boosted=True)

    def status_of(self, job: str) -> str:
        """What the progress page says. Raises: NotAnswered."""
        return self.see(f"/bulk-adjustments/{job}/").job_state

    def wait_for_the_end(self, job: str) -> None:
        wait_until(lambda: self.status_of(job) == "finished", every=0.5)

    def _ask(
        self, address: str, *, headers: dict[str, str] | None = None, form: bytes | None = None
    ) -> Answer:
        request = urllib.request.Request(  # noqa: S310  # the product's own, or the sandbox's
            address, data=form, headers=headers or {}
        )
        try:
            try:
                answer = self._browser.open(request, timeout=PATIENCE_SECONDS)
            except urllib.error.HTTPError as refusal:
                answer = refusal
            with answer:
                heard = Answer(
                    url=answer.url,
                    status=answer.status,
                    headers=answer.headers,
                    content=answer.read(),
                )
        except (OSError, http.client.HTTPException) as error:
            raise NotAnswered(str(error)) from error
        if heard.status >= 500:
            raise NotAnswered(f"{heard.status} at {urllib.parse.urlsplit(heard.url).path}")
        return heard


def draft_of(answer: Answer) -> Draft:
    """What the page says that a file or pasted lines lead to."""
    job = re.search(r"/bulk-adjustments/([0-9a-f-]{36})/$", answer.url)
    assert job is not None, f"{answer.status} at {answer.url}"
    return Draft(job=job[1], seen=answer.page.one("input", name="seen")["value"] or "")
