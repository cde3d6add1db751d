"""What every form that changes a setting must do; each form's own file says which one it is."""

from __future__ import annotations

import json
from typing import Any, ClassVar
from urllib.parse import parse_qs

import pytest
import requests
import responses
from django.test import Client

from loyaltyadmin.activity.models import Entry
from loyaltyadmin.stores.models import Store
from tests import edge
from tests.conftest import client_of
from tests.pages import Page


@pytest.mark.usefixtures("no_waiting")
class EditTests:
    address: ClassVar[str]
    zid_address: ClassVar[str]
    typed: ClassVar[dict[str, str]]  # what the merchant writes, in digits of two scripts
    wrong: ClassVar[dict[str, str]]  # the same with a mistake in `wrong_field`
    wrong_field: ClassVar[str]
    sent: ClassVar[dict[str, str]]  # what Zid gets
    zid_field: ClassVar[str]  # Zid's name for `wrong_field`
    asked: ClassVar[dict[str, object]]  # what the activity keeps of it

    @staticmethod
    def answer() -> dict[str, Any]:
        """Zid's answer to the change."""
        raise NotImplementedError

    @staticmethod
    def changed(program: dict[str, Any]) -> None:
        """Let somebody else have changed the same thing."""
        raise NotImplementedError

    def open(self, client: Client, zid: responses.RequestsMock) -> dict[str, str]:
        """The form as it was shown: what it was based on."""
        zid.get(edge.PROGRAM, json=edge.fixture("program"))
        page = Page(client.get(self.address))
        return {"based_on": str(page.one(name="based_on")["value"])}

    def save(self, client: Client, values: dict[str, str], **headers: str) -> Any:
        return client.post(self.address, values, headers=edge.BOOSTED | headers)

    @property
    def shown_again(self) -> str:
        """What was typed into the field, in the digits that the app is written in."""
        return self.typed[self.wrong_field].translate(str.maketrans("٠١٢٣٤٥٦٧٨٩٫٬", "0123456789.,"))

    def test_it_sends_what_was_typed_once_and_leads_back(
        self, merchant: Client, store: Store, zid: responses.RequestsMock
    ) -> None:
        shown = self.open(merchant, zid)
        zid.post(self.zid_address, json=self.answer(), match=[edge.by(store)])

        response = self.save(merchant, shown | self.typed)

        assert json.loads(response["HX-Location"])["path"] == "/program/"
        assert json.loads(response["HX-Trigger"])["toast"]
        (call,) = [call for call in zid.calls if call.request.method == "POST"]
        assert {k: v[0] for k, v in parse_qs(call.request.body).items()} == self.sent

    def test_it_keeps_who_changed_what_from_what_to_what(
        self, merchant: Client, zid: responses.RequestsMock
    ) -> None:
        shown = self.open(merchant, zid)
        zid.post(self.zid_address, json=self.answer())

        self.save(merchant, shown | self.typed)

        entry = Entry.objects.get()
        assert (entry.who, entry.outcome) == ("merchant", "done")
        assert len(entry.session) == 8
        assert {**entry.before, **json.loads(shown["based_on"])} == entry.before
        assert {**entry.after, **self.asked} == entry.after

    def test_a_mistake_is_told_beside_its_field_and_nothing_is_lost_or_sent(
        self, merchant: Client, zid: responses.RequestsMock
    ) -> None:
        shown = self.open(merchant, zid)

        response = self.save(merchant, shown | self.wrong)

        page = Page(response)
        assert response.status_code == 422
        assert page.has(id=f"id_{self.wrong_field}_error")
        assert page.one(id=f"id_{self.wrong_field}")["value"] == self.wrong[self.wrong_field]
        assert page.one(name="based_on")["value"] == shown["based_on"]
        assert not Entry.objects.exists()

    def test_zids_own_refusal_is_told_beside_the_field_it_is_about(
        self, merchant: Client, zid: responses.RequestsMock
    ) -> None:
        shown = self.open(merchant, zid)
        error = {
            "code": "validation_failed",
            "message": "",
            "fields": {self.zid_field: [edge.WORDS]},
        }
        zid.post(
            self.zid_address, status=422, json={"success": False, "status": 422, "error": error}
        )

        response = self.save(merchant, shown | self.typed)

        assert response.status_code == 422
        assert edge.WORDS in Page(response).one(id=f"id_{self.wrong_field}_error").text
        assert (Entry.objects.get().outcome, Entry.objects.get().zid_message) == (
            "refused",
            edge.WORDS,
        )

    @pytest.mark.parametrize("body", edge.REFUSALS.values(), ids=edge.REFUSALS)
    def test_a_refusal_that_names_no_field_is_told_above_the_form(
        self, merchant: Client, zid: responses.RequestsMock, body: Any
    ) -> None:
        shown = self.open(merchant, zid)
        zid.post(self.zid_address, status=422, json=body)

        response = self.save(merchant, shown | self.typed)

        assert response.status_code == 422
        assert edge.WORDS in " ".join(Page(response).alerts())

    def test_a_lost_answer_is_not_passed_off_as_anything_else(
        self, merchant: Client, zid: responses.RequestsMock
    ) -> None:
        shown = self.open(merchant, zid)
        zid.post(self.zid_address, body=requests.ReadTimeout("slow"))

        response = self.save(merchant, shown | self.typed)

        assert response.status_code == 502
        assert "nobody knows" in " ".join(Page(response).alerts())
        assert Entry.objects.get().outcome == "unknown"

    def test_while_zid_is_down_nothing_typed_is_lost(
        self, merchant: Client, zid: responses.RequestsMock
    ) -> None:
        zid.assert_all_requests_are_fired = False
        shown = self.open(merchant, zid)
        zid.replace(responses.GET, edge.PROGRAM, status=503)
        zid.post(self.zid_address, status=429, headers={"Retry-After": "60"})

        response = self.save(merchant, shown | self.typed)

        page = Page(response)
        assert response.status_code in {502, 503}
        assert "Nothing was changed" in " ".join(page.alerts())
        assert page.one(id=f"id_{self.wrong_field}")["value"] == self.shown_again
        assert not Entry.objects.exists()

    def test_what_somebody_else_changed_meanwhile_is_shown_and_not_overwritten_unseen(
        self, merchant: Client, zid: responses.RequestsMock
    ) -> None:
        shown = self.open(merchant, zid)
        program = edge.fixture("program")
        self.changed(program)
        zid.replace(responses.GET, edge.PROGRAM, json=program)

        response = self.save(merchant, shown | self.typed)

        page = Page(response)
        assert response.status_code == 409
        assert "Somebody changed this meanwhile" in " ".join(page.alerts())
        assert page.one(id=f"id_{self.wrong_field}")["value"] == self.shown_again
        assert not Entry.objects.exists()

        zid.post(self.zid_address, json=self.answer())
        again = self.save(
            merchant, self.typed | {"based_on": str(page.one(name="based_on")["value"])}
        )

        assert "HX-Location" in again
        assert Entry.objects.get().outcome == "done"

    def test_a_plain_request_goes_back_to_the_program(
        self, merchant: Client, zid: responses.RequestsMock
    ) -> None:
        shown = self.open(merchant, zid)
        zid.post(self.zid_address, json=self.answer())

        response = merchant.post(self.address, shown | self.typed)

        assert (response.status_code, response["Location"]) == (302, "/program/")

    def test_it_speaks_arabic_from_right_to_left(
        self, store: Store, zid: responses.RequestsMock
    ) -> None:
        zid.get(edge.PROGRAM, json=edge.fixture("program"), match=[edge.by(store, language="ar")])

        response = client_of(store, language="ar").get(self.address)

        html = Page(response).one("html")
        assert (html["lang"], html["dir"]) == ("ar", "rtl")

    @pytest.mark.django_db
    def test_it_lets_nobody_in_who_does_not_come_from_the_dashboard(
        self, client: Client, zid: responses.RequestsMock
    ) -> None:
        assert client.get(self.address).status_code == 403
        assert client.post(self.address, self.typed).status_code == 403

    def test_it_lets_nobody_in_whose_store_has_left(
        self, disconnected_store: Store, zid: responses.RequestsMock
    ) -> None:
        assert client_of(disconnected_store).post(self.address, self.typed).status_code == 403
