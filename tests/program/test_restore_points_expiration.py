from __future__ import annotations

from typing import Any

import responses
from django.test import Client

from loyaltyadmin.activity.models import Action
from loyaltyadmin.stores.models import Store
from tests import edge
from tests.pages import Page
from tests.restores import RestoreTests


class TestRestorePointsExpiration(RestoreTests):
    address = "/program/points-expiration/restore/"
    action = leaves = Action.SET_POINTS_EXPIRATION
    before = {"days": 90}
    shown = ["90"]
    zid_address = f"{edge.LOYALTY}/points-expiration"
    sent = "days=90"

    @staticmethod
    def changed(program: dict[str, Any]) -> None:
        program["expiration_peroid"] = 7

    @staticmethod
    def as_before(program: dict[str, Any]) -> None:
        program["expiration_peroid"] = 90

    def test_that_points_never_expired_cannot_be_brought_back(
        self, merchant: Client, store: Store, zid: responses.RequestsMock
    ) -> None:
        """Zid's docs do not say what 0 days means, so nothing sets that."""
        entry = self.make_entry(store, before={"days": None})

        assert merchant.get(self.at(entry)).status_code == 404
        assert not Page(merchant.get("/activity/")).has("a", href=self.at(entry))
