"""So many calls wait for Zid at once; whoever comes then does not wait."""

from __future__ import annotations

import json

import pytest
import requests

from loyaltyadmin.zid import errors
from loyaltyadmin.zid.room import Room
from tests.zid import wire


def read(zid):
    return zid.loyalty.read_program()


def test_a_call_that_finds_no_place_is_not_made(make_client, responses, fixture_json, pacer):
    room = Room(1)
    zid, late = make_client(room=room), make_client(room=room)
    seen = []

    def answer(_request):
        with pytest.raises(errors.CrowdedOut) as caught:
            late.loyalty.adjust_customer_points(**wire.ADJUSTMENT)
        seen.append(caught.value)
        return (200, {}, json.dumps(fixture_json("program")))

    responses.add_callback("GET", wire.PROGRAM, callback=answer)

    assert read(zid).is_active
    assert "enough are waiting for Zid" in str(seen[0])
    assert (len(responses.calls), pacer.waits) == (1, 1)


@pytest.mark.parametrize(
    "failure", [requests.ReadTimeout("slow"), requests.ConnectTimeout("nobody there"), ValueError()]
)
def test_a_place_is_free_again_however_a_call_ends(make_client, responses, fixture_json, failure):
    zid = make_client(room=Room(1))
    broken = responses.get(wire.PROGRAM, body=failure)
    with pytest.raises((errors.ZidError, ValueError)):
        read(zid)
    responses.remove(broken)
    responses.get(wire.PROGRAM, json=fixture_json("program"))

    assert read(zid).is_active


def test_without_a_number_there_is_room_for_all():
    room = Room()

    with room.place() as one, room.place() as other:
        assert (one, other) == (True, True)
