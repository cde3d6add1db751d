"""What every page that brings a setting back must do; each page's own file says which one it is."""

from __future__ import annotations

import json
from typing import Any, ClassVar

import pytest
import requests
import responses
from django.test import Client
from django.utils import timezone

from loyaltyadmin.activity.models import Action, Entry
from loyaltyadmin.stores.models import Store
from tests import edge
from tests.conftest import client_of
from tests.pages import Page


@pytest.mark.usefixtures("no_waiting")
class RestoreTests:
    address: ClassVar[str]  # up to the entry's number
    action: ClassVar[Action]
    subject: ClassVar[str] = ""
    before: ClassVar[dict[str, object]]  # what the entry says held before it
    shown: ClassVar[list[str]]  # what the page says would change: from what, to what
    verb: ClassVar[str] = "POST"
    zid_address: ClassVar[str]
    sent: ClassVar[str]  # a part of what Zid gets
    leaves: ClassVar[Action]  # the action of the entry that the restoring leaves

    @staticmethod
    def answer() -> dict[str, Any]:
        """Zid's answer to the change."""
        return {"status": "object"}

    @staticmethod
    def changed(program: dict[str, Any]) -> None:
        """Let somebody else have changed the same thing."""
        raise NotImplementedError

    @staticmethod
    def as_before(program: dict[str, Any]) -> None:
        """Let it be as it was before already."""
        raise NotImplementedError

    @pytest.fixture
    def entry(self, store: Store) -> Entry:
        return self.make_entry(store)

    def make_entry(self, store: Store, **fields: object) -> Entry:
        values: dict[str, object] = {
            "at": timezone.now(),
            "who": "merchant",
            "action": self.action,
            "subject": self.subject,
            "before": self.before,
            "outcome": "done",
            **fields,
        }
        return Entry.objects.create(store=store, **values)

    def at(self, entry: Entry) -> str:
        return f"{self.address}{entry.id}/"

    def open(self, client: Client, zid: responses.RequestsMock, entry: Entry) -> Page:
        zid.get(edge.PROGRAM, json=edge.fixture("program"))
        return Page(client.get(self.at(entry)))

    def confirm(self, client: Client, entry: Entry, page: Page) -> Any:
        based_on = str(page.one(name="based_on")["value"])
        return client.post(self.at(entry), {"based_on": based_on}, headers=edge.BOOSTED)

    def test_the_activity_leads_to_it(
        self, merchant: Client, entry: Entry, zid: responses.RequestsMock
    ) -> None:
        assert Page(merchant.get("/activity/")).has("a", href=self.at(entry))

    def test_it_says_from_what_to_what_and_changes_nothing_by_itself(
        self, merchant: Client, entry: Entry, zid: responses.RequestsMock
    ) -> None:
        page = self.open(merchant, zid, entry)

        for part in self.shown:
            assert part in page.one("table").text
        assert Entry.objects.count() == 1

    def test_it_brings_back_what_was_and_leaves_one_entry_of_its_own(
        self, merchant: Client, store: Store, entry: Entry, zid: responses.RequestsMock
    ) -> None:
        page = self.open(merchant, zid, entry)
        zid.add(self.verb, self.zid_address, json=self.answer(), match=[edge.by(store)])

        response = self.confirm(merchant, entry, page)

        assert json.loads(response["HX-Location"])["path"] == "/activity/"
        (call,) = [call for call in zid.calls if call.request.method != "GET"]
        body = call.request.body
        assert self.sent in (body.decode() if isinstance(body, bytes) else body)
        made = Entry.objects.exclude(id=entry.id).get()
        assert (made.action, made.outcome, made.restores_id) == (self.leaves, "done", entry.id)

    def test_what_somebody_changed_meanwhile_is_shown_first(
        self, merchant: Client, entry: Entry, zid: responses.RequestsMock
    ) -> None:
        page = self.open(merchant, zid, entry)
        program = edge.fixture("program")
        self.changed(program)
        zid.replace(responses.GET, edge.PROGRAM, json=program)

        response = self.confirm(merchant, entry, page)

        assert response.status_code == 409
        assert "Somebody changed this meanwhile" in " ".join(Page(response).alerts())
        assert Entry.objects.count() == 1

    def test_there_is_nothing_to_confirm_when_it_is_so_already(
        self, merchant: Client, entry: Entry, zid: responses.RequestsMock
    ) -> None:
        program = edge.fixture("program")
        self.as_before(program)
        zid.get(edge.PROGRAM, json=program)

        page = Page(merchant.get(self.at(entry)))

        assert not page.has(name="based_on")

    def test_zids_refusal_is_told_and_leaves_an_entry(
        self, merchant: Client, entry: Entry, zid: responses.RequestsMock
    ) -> None:
        page = self.open(merchant, zid, entry)
        zid.add(self.verb, self.zid_address, status=422, json=edge.REFUSALS["text"])

        response = self.confirm(merchant, entry, page)

        assert response.status_code == 422
        assert edge.WORDS in " ".join(Page(response).alerts())
        assert Entry.objects.exclude(id=entry.id).get().outcome == "refused"

    def test_a_lost_answer_is_not_passed_off_as_anything_else(
        self, merchant: Client, entry: Entry, zid: responses.RequestsMock
    ) -> None:
        page = self.open(merchant, zid, entry)
        zid.add(self.verb, self.zid_address, body=requests.ReadTimeout("slow"))

        response = self.confirm(merchant, entry, page)

        assert response.status_code == 502
        assert Entry.objects.exclude(id=entry.id).get().outcome == "unknown"

    def test_what_zid_refused_cannot_be_brought_back(
        self, merchant: Client, store: Store, zid: responses.RequestsMock
    ) -> None:
        entry = self.make_entry(store, outcome="refused")

        assert merchant.get(self.at(entry)).status_code == 404
        assert not Page(merchant.get("/activity/")).has("a", href=self.at(entry))

    def test_another_stores_entry_does_not_exist(
        self, stranger: Client, entry: Entry, zid: responses.RequestsMock
    ) -> None:
        assert stranger.get(self.at(entry)).status_code == 404
        assert stranger.post(self.at(entry), {"based_on": "{}"}).status_code == 404

    def test_an_entry_about_something_else_does_not_exist_here(
        self, merchant: Client, store: Store, zid: responses.RequestsMock
    ) -> None:
        entry = self.make_entry(store, action=Action.UPDATE_INFO_PAGE)

        assert merchant.get(self.at(entry)).status_code == 404

    def test_it_speaks_arabic_from_right_to_left(
        self, store: Store, entry: Entry, zid: responses.RequestsMock
    ) -> None:
        page = self.open(client_of(store, language="ar"), zid, entry)

        assert (page.one("html")["lang"], page.one("html")["dir"]) == ("ar", "rtl")

    def test_it_lets_nobody_in_who_does_not_come_from_the_dashboard(
        self, client: Client, entry: Entry, zid: responses.RequestsMock
    ) -> None:
        assert client.get(self.at(entry)).status_code == 403
