from __future__ import annotations

from dataclasses import replace

import pytest
import responses

from loyaltyadmin.snapshots import operations
from loyaltyadmin.stores import operations as stores
from loyaltyadmin.stores import pacer
from loyaltyadmin.stores.models import Store
from loyaltyadmin.zid.client import Client
from tests import edge

INFO_PAGE = f"{edge.API}/v1/managers/store/loyalty-program-info"


@pytest.fixture
def client(store: Store) -> Client:
    pace = stores.pacer_for(store=store, asks=pacer.For.PERSON)
    with stores.zid_client_for(store=store, language="en", pace=pace) as zid:
        return zid


def test_nothing_is_known_before_zid_was_asked(store: Store) -> None:
    assert operations.known_program(store=store) is None
    assert operations.known_info_page(store=store) is None


def test_what_zid_said_about_the_program_is_known_afterwards_in_full(
    store: Store, client: Client, zid: responses.RequestsMock
) -> None:
    zid.get(edge.PROGRAM, json=edge.fixture("program"))

    read = operations.read_program(store=store, zid=client)

    assert operations.known_program(store=store) == read
    assert read.state.cashback_rules
    assert read.state.redemption_methods


def test_what_zid_said_about_the_info_page_is_known_afterwards_in_full(
    store: Store, client: Client, zid: responses.RequestsMock
) -> None:
    zid.get(INFO_PAGE, json=edge.fixture("info_page"))

    read = operations.read_info_page(store=store, zid=client)

    assert operations.known_info_page(store=store) == read
    assert read.state.title_ar


def test_it_is_shown_to_no_other_store(
    store: Store, other_store: Store, client: Client, zid: responses.RequestsMock
) -> None:
    zid.get(edge.PROGRAM, json=edge.fixture("program"))
    operations.read_program(store=store, zid=client)

    assert operations.known_program(store=other_store) is None


def test_it_is_not_shown_after_the_app_has_changed_something_until_zid_was_asked_again(
    store: Store, client: Client, zid: responses.RequestsMock
) -> None:
    zid.get(edge.PROGRAM, json=edge.fixture("program"))
    operations.read_program(store=store, zid=client)

    with operations.changing_program(store=store):
        pass
    after_the_change = operations.known_program(store=store)
    operations.read_program(store=store, zid=client)

    assert after_the_change is None
    assert operations.known_program(store=store) is not None


def test_a_read_that_a_change_overtook_is_not_shown(
    store: Store, client: Client, zid: responses.RequestsMock
) -> None:
    def change_meanwhile(request: object) -> tuple[int, dict[str, str], str]:
        with operations.changing_program(store=store):
            pass
        return (200, {}, edge.text("program"))

    zid.add_callback(responses.GET, edge.PROGRAM, callback=change_meanwhile)

    operations.read_program(store=store, zid=client)

    assert operations.known_program(store=store) is None


def test_what_zid_answered_to_a_change_is_known(
    store: Store, client: Client, zid: responses.RequestsMock
) -> None:
    zid.get(edge.PROGRAM, json=edge.fixture("program") | {"is_active": True})
    read = operations.read_program(store=store, zid=client)

    with operations.changing_program(store=store) as change:
        change.answer = lambda program: replace(program, is_active=False)

    known = operations.known_program(store=store)
    assert known is not None
    assert change.before == read.state
    assert known.state == replace(read.state, is_active=False)
    assert known.read_at == read.read_at


def test_a_read_that_an_answer_overtook_is_not_shown(
    store: Store, client: Client, zid: responses.RequestsMock
) -> None:
    zid.get(edge.PROGRAM, json=edge.fixture("program"))
    operations.read_program(store=store, zid=client)

    def change_meanwhile(request: object) -> tuple[int, dict[str, str], str]:
        with operations.changing_program(store=store) as change:
            change.answer = lambda program: replace(program, is_active=False)
        return (200, {}, edge.text("program"))

    zid.replace(responses.CallbackResponse(responses.GET, edge.PROGRAM, change_meanwhile))

    operations.read_program(store=store, zid=client)

    assert operations.known_program(store=store) is None
