"""What every switch must do; each switch's own file says which switch it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import pytest
import requests
import responses
from django.conf import LazySettings
from django.test import Client

from loyaltyadmin.stores.models import Store
from tests import edge
from tests.conftest import client_of
from tests.pages import Page

LOST = [requests.ConnectionError("dropped"), requests.ReadTimeout("slow")]


@pytest.mark.usefixtures("no_waiting")
class SwitchTests:
    address: ClassVar[str]
    row: ClassVar[str]  # the id of what the answer replaces
    name: ClassVar[str]  # the id of what says what is switched
    verb: ClassVar[str]
    zid_address: ClassVar[str]

    @staticmethod
    def sent(*, active: bool) -> Callable[..., Any]:
        """Match the body of the change."""
        raise NotImplementedError

    @staticmethod
    def answer(*, active: bool) -> dict[str, Any]:
        """Zid's answer to the change."""
        raise NotImplementedError

    @staticmethod
    def program(*, active: bool) -> dict[str, Any]:
        """The whole program, with the switch on or off."""
        raise NotImplementedError

    def is_on(self, response: Any) -> bool:
        return {"true": True, "false": False}[
            str(Page(response).one(id=f"{self.name}-switch")["aria-checked"])
        ]

    def turn(self, client: Client, *, on: bool, **headers: str) -> Any:
        return client.post(self.address, {"active": str(int(on))}, headers=edge.HTMX | headers)

    @pytest.mark.parametrize("on", [True, False])
    def test_it_asks_zid_once_and_shows_what_zid_answered(
        self, store: Store, merchant: Client, zid: responses.RequestsMock, on: bool
    ) -> None:
        zid.add(
            self.verb,
            self.zid_address,
            json=self.answer(active=on),
            match=[self.sent(active=on), edge.by(store)],
        )

        response = self.turn(merchant, on=on)

        assert response.status_code == 200
        assert len(zid.calls) == 1
        page = Page(response)
        assert page.has(id=self.row)
        assert self.is_on(response) is on
        assert page.one(name="active")["value"] == str(int(not on))
        assert page.alerts() == []

    @pytest.mark.parametrize("body", edge.REFUSALS.values(), ids=edge.REFUSALS)
    def test_it_stays_as_it_was_and_says_why_when_zid_refuses(
        self, merchant: Client, zid: responses.RequestsMock, body: Any
    ) -> None:
        zid.add(self.verb, self.zid_address, status=422, json=body)
        zid.get(edge.PROGRAM, json=self.program(active=False))

        response = self.turn(merchant, on=True)

        assert response.status_code == 422
        assert self.is_on(response) is False
        assert edge.WORDS in Page(response).alerts()[0]

    @pytest.mark.parametrize("lost", [500, *LOST], ids=["500", "dropped", "slow"])
    def test_it_is_on_without_complaint_when_only_the_answer_was_lost(
        self, merchant: Client, zid: responses.RequestsMock, lost: Any
    ) -> None:
        self.lose(zid, lost)
        zid.get(edge.PROGRAM, json=self.program(active=True))

        response = self.turn(merchant, on=True)

        assert response.status_code == 200
        assert self.is_on(response) is True
        assert Page(response).alerts() == []

    @pytest.mark.parametrize("lost", [500, *LOST], ids=["500", "dropped", "slow"])
    def test_it_stays_as_it_was_and_says_so_when_a_lost_change_was_not_made(
        self, merchant: Client, zid: responses.RequestsMock, lost: Any
    ) -> None:
        self.lose(zid, lost)
        zid.get(edge.PROGRAM, json=self.program(active=False))

        response = self.turn(merchant, on=True)

        assert response.status_code == 422
        assert self.is_on(response) is False
        assert len(Page(response).alerts()) == 1

    def test_it_never_sends_a_change_twice(
        self, merchant: Client, zid: responses.RequestsMock
    ) -> None:
        self.lose(zid, 500)
        zid.get(edge.PROGRAM, json=self.program(active=False))

        self.turn(merchant, on=True)

        assert [call.request.method for call in zid.calls] == [self.verb, "GET"]

    def test_it_alerts_the_page_and_leaves_the_switch_when_nobody_knows_what_holds(
        self, merchant: Client, zid: responses.RequestsMock
    ) -> None:
        self.lose(zid, 500)
        zid.get(edge.PROGRAM, status=500)

        response = self.turn(merchant, on=True)

        assert response.status_code == 502
        assert response["HX-Retarget"] == "#page-alert"
        assert not Page(response).has(id=self.row)

    def test_it_reads_again_when_the_answer_does_not_tell(
        self, merchant: Client, zid: responses.RequestsMock
    ) -> None:
        zid.add(self.verb, self.zid_address, json={"status": "object"})
        self.read_again(zid, active=True)

        response = self.turn(merchant, on=True)

        assert response.status_code == 200
        assert self.is_on(response) is True

    def test_it_does_not_say_that_nothing_was_changed_after_zid_accepted(
        self,
        merchant: Client,
        zid: responses.RequestsMock,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        zid.add(self.verb, self.zid_address, json={"status": "object"})
        self.read_again(zid, active=True, status=500)
        zid.get(edge.PROGRAM, status=500)

        response = self.turn(merchant, on=True)

        assert response.status_code == 502
        assert "may or may not have been applied" in caplog.text

    def test_it_says_that_zid_accepted_but_did_not_change_it(
        self, merchant: Client, zid: responses.RequestsMock
    ) -> None:
        zid.add(self.verb, self.zid_address, json=self.answer(active=False))

        response = self.turn(merchant, on=True)

        assert response.status_code == 422
        assert self.is_on(response) is False
        assert len(Page(response).alerts()) == 1

    def test_it_waits_out_a_short_refusal_for_calling_too_often(
        self, merchant: Client, zid: responses.RequestsMock, settings: LazySettings
    ) -> None:
        settings.ZID_RATE_LIMIT_PER_MINUTE = 60_000
        zid.add(self.verb, self.zid_address, status=429)
        zid.add(self.verb, self.zid_address, json=self.answer(active=True))

        response = self.turn(merchant, on=True)

        assert response.status_code == 200
        assert self.is_on(response) is True

    def test_it_says_honestly_that_zid_wants_a_long_pause(
        self, merchant: Client, zid: responses.RequestsMock
    ) -> None:
        zid.add(self.verb, self.zid_address, status=429, headers={"Retry-After": "60"})

        response = self.turn(merchant, on=True)

        assert response.status_code == 503
        assert response["HX-Retarget"] == "#page-alert"
        assert len(zid.calls) == 1

    def test_it_says_honestly_that_zid_no_longer_accepts_the_app(
        self, merchant: Client, zid: responses.RequestsMock
    ) -> None:
        zid.add(self.verb, self.zid_address, status=401)
        zid.post(edge.TOKEN, status=401, json={"error": "invalid_grant"})

        response = self.turn(merchant, on=True)

        assert response.status_code == 403
        assert response["HX-Retarget"] == "#page-alert"

    def test_a_plain_request_goes_back_to_the_program(
        self, merchant: Client, zid: responses.RequestsMock
    ) -> None:
        zid.add(self.verb, self.zid_address, json=self.answer(active=True))

        response = merchant.post(self.address, {"active": "1"})

        assert (response.status_code, response["Location"]) == (302, "/program/")

    def test_a_plain_request_is_told_why_and_shown_the_way_back(
        self, merchant: Client, zid: responses.RequestsMock
    ) -> None:
        zid.add(self.verb, self.zid_address, status=422, json=edge.REFUSALS["text"])
        zid.get(edge.PROGRAM, json=self.program(active=False))

        response = merchant.post(self.address, {"active": "1"})

        assert response.status_code >= 400
        main = Page(response).one(id="main")
        assert edge.WORDS in main.text
        assert Page(response).has("a", href="/program/")

    def test_it_speaks_arabic_from_right_to_left_and_asks_zid_to(
        self, store: Store, zid: responses.RequestsMock
    ) -> None:
        arabic = edge.by(store, language="ar")
        zid.add(self.verb, self.zid_address, status=422, json=edge.REFUSALS["text"], match=[arabic])
        zid.get(edge.PROGRAM, json=self.program(active=False), match=[arabic])

        response = client_of(store, language="ar").post(self.address, {"active": "1"})

        html = Page(response).one("html")
        assert (html["lang"], html["dir"]) == ("ar", "rtl")

    def test_it_changes_only_the_store_of_the_session(
        self, other_store: Store, stranger: Client, zid: responses.RequestsMock
    ) -> None:
        zid.add(
            self.verb,
            self.zid_address,
            json=self.answer(active=True),
            match=[edge.by(other_store)],
        )

        response = self.turn(stranger, on=True)

        assert response.status_code == 200

    @pytest.mark.django_db
    def test_it_lets_nobody_in_who_does_not_come_from_the_dashboard(
        self, client: Client, zid: responses.RequestsMock
    ) -> None:
        response = client.post(self.address, {"active": "1"})

        assert response.status_code == 403

    def test_it_lets_nobody_in_whose_store_has_left(
        self, disconnected_store: Store, zid: responses.RequestsMock
    ) -> None:
        response = client_of(disconnected_store).post(self.address, {"active": "1"})

        assert response.status_code == 403

    def test_it_takes_no_request_from_another_site(
        self, store: Store, zid: responses.RequestsMock
    ) -> None:
        response = client_of(store, enforce_csrf_checks=True).post(self.address, {"active": "1"})

        assert response.status_code == 403

    def test_it_changes_nothing_when_it_is_only_read(
        self, merchant: Client, zid: responses.RequestsMock
    ) -> None:
        response = merchant.get(self.address)

        assert response.status_code == 405

    def lose(self, zid: responses.RequestsMock, how: Any) -> None:
        if isinstance(how, int):
            zid.add(self.verb, self.zid_address, status=how)
        else:
            zid.add(self.verb, self.zid_address, body=how)

    def read_again(self, zid: responses.RequestsMock, *, active: bool, status: int = 200) -> None:
        """What is asked when the answer does not tell."""
        if status == 200:
            zid.get(edge.PROGRAM, json=self.program(active=active))


class ListedSwitchTests(SwitchTests):
    """A switch of a list, whose members can be deleted elsewhere."""

    def test_it_says_that_zid_does_not_know_it(
        self, merchant: Client, zid: responses.RequestsMock
    ) -> None:
        zid.add(self.verb, self.zid_address, status=404)

        response = merchant.post(self.address, {"active": "1"})

        assert response.status_code == 404
        assert Page(response).one("html")["dir"] == "ltr"

    def test_it_alerts_the_page_when_zid_does_not_know_it(
        self, merchant: Client, zid: responses.RequestsMock
    ) -> None:
        zid.add(self.verb, self.zid_address, status=404)

        response = self.turn(merchant, on=True)

        assert response.status_code == 404
        assert response["HX-Retarget"] == "#page-alert"

    def test_it_does_not_invent_what_has_been_deleted_meanwhile(
        self, merchant: Client, zid: responses.RequestsMock
    ) -> None:
        self.lose(zid, 500)
        program = self.program(active=False)
        zid.get(edge.PROGRAM, json=program | {"cashback_rules": [], "redemption_rules": []})

        response = self.turn(merchant, on=True)

        assert response.status_code == 502
        assert response["HX-Retarget"] == "#page-alert"

    def test_an_address_that_names_none_is_not_found(
        self, merchant: Client, zid: responses.RequestsMock
    ) -> None:
        response = merchant.post(self.address.replace("-", "+"), {"active": "1"})

        assert response.status_code == 404
