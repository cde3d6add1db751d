from __future__ import annotations

import json
from typing import Any

import responses
from django.test import Client

from loyaltyadmin.activity.models import Entry
from tests import edge
from tests.edits import EditTests


class TestSetPointsExpiration(EditTests):
    address = "/program/points-expiration/"
    zid_address = f"{edge.LOYALTY}/points-expiration"
    typed = {"days": "٣٦٥"}
    wrong = {"days": "0"}
    wrong_field = "days"
    zid_field = "days"
    sent = {"days": "365"}
    asked = {"days": 365, "answered": 365}

    @staticmethod
    def answer() -> dict[str, Any]:
        return {"status": "string", "points_expiry_period": 365}

    @staticmethod
    def changed(program: dict[str, Any]) -> None:
        program["expiration_peroid"] = 17

    def test_another_number_in_zids_answer_is_shown_as_it_is(
        self, merchant: Client, zid: responses.RequestsMock
    ) -> None:
        shown = self.open(merchant, zid)
        zid.post(self.zid_address, json={"points_expiry_period": 12})

        response = self.save(merchant, shown | self.typed)

        assert json.loads(response["HX-Trigger"])["toast"]["value"].endswith("number: 12")
        assert Entry.objects.get().after == {"days": 365, "answered": 12}
