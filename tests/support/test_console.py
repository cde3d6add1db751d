"""The support console: staff look, and have lost answers looked up again."""

from __future__ import annotations

import datetime as dt
import re
import runpy
from pathlib import Path

import pytest
import time_machine
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone

from loyaltyadmin.points_adjustments.models import Line
from loyaltyadmin.points_adjustments.states import LineStatus
from loyaltyadmin.web import doors
from tests.conftest import client_of
from tests.points_adjustments.conftest import make_job, make_line
from tests.web.test_doors import ways_in

pytestmark = pytest.mark.django_db

SETTINGS = Path(__file__).resolve().parent.parent.parent / "loyaltyadmin/settings.py"
PASSWORD = "a long and uncommon password"
STORES = "/support/stores/store/"
JOBS = "/support/points_adjustments/bulkadjustment/"
LINES = "/support/points_adjustments/line/"


@pytest.fixture(autouse=True)
def _offered(settings, monkeypatch):
    """The app as an operator gets it with SUPPORT_CONSOLE=1."""
    monkeypatch.setenv("SUPPORT_CONSOLE", "1")
    asked = runpy.run_path(str(SETTINGS))
    for name in (
        "INSTALLED_APPS", "MIDDLEWARE", "TEMPLATES", "MESSAGE_STORAGE",
        "AUTHENTICATION_BACKENDS", "AUTH_PASSWORD_VALIDATORS",
    ):  # fmt: skip
        setattr(settings, name, asked[name])
    settings.ROOT_URLCONF = "tests.support.urls"
    # Quick to check; how safe it is kept is Django's matter.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def staff() -> User:
    return User.objects.create_user("nasser", password=PASSWORD, is_staff=True)


def sign_in(client: Client, *, name: str = "nasser", password: str = PASSWORD):
    return client.post("/support/login/", {"username": name, "password": password})


@pytest.fixture
def desk(staff) -> Client:
    """A browser in which one of the staff has signed in."""
    client = Client()
    assert sign_in(client).status_code == 302
    return client


def page(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("path", ["/support/", STORES, JOBS, LINES, f"{STORES}90001/change/"])
def test_nobody_gets_in_without_signing_in(merchant, path):
    for client in (Client(), merchant):
        response = client.get(path)

        assert response.status_code == 302
        assert response["Location"].startswith("/support/login/")


def test_who_is_no_staff_does_not_get_in():
    User.objects.create_user("guest", password=PASSWORD)

    assert sign_in(Client(), name="guest").status_code == 200


def test_a_session_of_the_staff_is_another_cookie_that_is_sent_to_the_console_alone(staff):
    client = Client()

    cookies = sign_in(client).cookies

    assert list(cookies) == ["loyaltyadmin_support"]
    told = set(cookies["loyaltyadmin_support"].OutputString().split("; "))
    assert {"Path=/support/", "SameSite=Strict", "Secure", "HttpOnly"} <= told


def test_a_merchants_session_is_no_way_in_and_stays_as_it_is(store, merchant, desk):
    key = merchant.cookies[django_settings.SESSION_COOKIE_NAME].value
    desk.cookies[django_settings.SESSION_COOKIE_NAME] = key

    page(desk, STORES)
    sign_out = desk.post("/support/logout/")

    assert django_settings.SESSION_COOKIE_NAME not in sign_out.cookies
    assert desk.get("/customers/").status_code == 200  # as the merchant, still


def test_merchants_pages_keep_their_policy_and_the_console_has_its_own(merchant, desk):
    ours, theirs = desk.get(STORES), merchant.get("/customers/")

    assert "frame-ancestors 'none'" in ours["Content-Security-Policy"]
    assert "unsafe" not in ours["Content-Security-Policy"]
    assert ours["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'self' https://web.zid.sa" in theirs["Content-Security-Policy"]
    assert "X-Frame-Options" not in theirs


def test_guessing_passwords_ends_soon_and_only_for_a_while(staff):
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        for _ in range(5):
            sign_in(Client(), password="wrong")

        assert "Too many attempts" in sign_in(Client()).content.decode()
    with time_machine.travel(now + dt.timedelta(minutes=16), tick=False):
        assert sign_in(Client()).status_code == 302


def test_a_store_is_found_by_its_number_and_shows_how_it_is(desk, store, other_store):
    make_job(store)
    make_line(store, status=LineStatus.UNSETTLED, claimed_at=timezone.now())

    found = page(desk, f"{STORES}?q=90001")
    shown = page(desk, f"{STORES}90001/change/")

    assert "90001" in found
    assert "90002" not in found
    assert "1 unsettled" in shown
    assert "1 queued" in shown


def test_a_bulk_adjustment_shows_what_its_lines_came_to(desk, store):
    job = make_job(store, customers=3)

    listed = page(desk, f"{JOBS}?store__id__exact=90001")
    shown = page(desk, f"{JOBS}{job.id}/change/")

    assert str(job.id) in listed
    assert "3 pending" in shown


def test_a_line_is_found_by_its_reference_and_tells_no_one(desk, store):
    line = make_line(store, customer_id=370123, reason="for Layla", zid_message="Layla has left")

    found = page(desk, f"{LINES}?q={line.reference}")
    shown = page(desk, f"{LINES}{line.id}/change/")

    assert line.reference in found
    assert "…123" in found
    for told in (found, shown):
        assert "370123" not in told
        assert "Layla" not in told


def test_lines_are_not_leafed_through(desk, store):
    line = make_line(store)

    assert line.reference not in page(desk, LINES)


def test_no_token_is_shown_not_even_encrypted(desk, store):
    stored = type(store).objects.values_list("authorization", "manager_token").get()
    for told in (page(desk, STORES), page(desk, f"{STORES}90001/change/")):
        assert not any(value in told for value in stored)
        assert "gAAAA" not in told
        assert not re.search("(manager|refresh|lookup).token|authorization", told, re.IGNORECASE)


def test_nothing_can_be_changed(desk, store):
    line = make_line(store)
    for path in (
        f"{STORES}add/", f"{STORES}90001/delete/", f"{LINES}add/", f"{LINES}{line.id}/delete/",
    ):  # fmt: skip
        assert desk.get(path).status_code == 403
        assert desk.post(path, {}).status_code == 403

    assert desk.post(f"{LINES}{line.id}/change/", {"points": "5"}).status_code == 403
    line.refresh_from_db()
    assert line.points == 50


def test_lost_answers_are_looked_up_again_and_nothing_is_sent(desk, store, other_store, caplog):
    now = timezone.now()
    left = make_line(store, status=LineStatus.UNSETTLED, claimed_at=now, unknown_at=now,
                     problem="history_unclear")  # fmt: skip
    later = make_line(store, status=LineStatus.UNKNOWN, claimed_at=now, unknown_at=now,
                      look_at=now + dt.timedelta(hours=1))  # fmt: skip
    theirs = make_line(other_store, status=LineStatus.UNSETTLED)

    response = desk.post(
        STORES, {"action": "reconcile", "_selected_action": [store.id]}, follow=True
    )

    assert "Store 90001: 2 lines are looked up" in response.content.decode()
    due = Line.objects.due_for_a_look(now=timezone.now())
    assert set(due) == {left, later}
    theirs.refresh_from_db()
    assert theirs.status == LineStatus.UNSETTLED
    assert "had 2 lines of store 90001 looked up again" in caplog.text


def test_without_being_asked_for_there_is_no_console(settings, store):
    settings.ROOT_URLCONF = "loyaltyadmin.urls"

    assert client_of(store).get("/support/").status_code == 404


def test_every_page_of_the_console_has_a_limit():
    found = get_resolver("tests.support.urls").url_patterns
    names = [name for name, _ in ways_in(found) if name.startswith("support:")]

    assert len(names) > 10
    assert all(doors.door_of(name) for name in names)
