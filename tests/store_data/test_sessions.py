from __future__ import annotations

import responses
from django.test import Client

from loyaltyadmin.store_data import tasks
from loyaltyadmin.stores import operations as stores
from loyaltyadmin.stores.models import Store
from tests.store_data.test_erasing import NEW_TOKENS
from tests.stores import edge

PAGE = "/quick-choices/"


def test_a_session_from_before_an_uninstall_opens_nothing_after_it_or_after_a_new_installation(
    store: Store, merchant: Client, stranger: Client, zid: responses.RequestsMock
) -> None:
    edge.tells_profile(zid)
    edge.takes_lookup_token(zid)
    while_installed = merchant.get(PAGE).status_code

    stores.disconnect_store(store=store)
    at_once = merchant.get(PAGE).status_code
    tasks.erase_data()
    stores.connect_store(tokens=NEW_TOKENS)

    assert (while_installed, at_once, merchant.get(PAGE).status_code) == (200, 403, 403)
    assert stranger.get(PAGE).status_code == 200
