"""Asks for each page again and again from this very process, in the product's environment.

    python -m tests.bench.vitals_inside TIMES PATH…

Prints, as JSON, by path, how many milliseconds each answer took beside the exchange with Zid.
"""

from __future__ import annotations

import json
import sys
import time

import django
from django.conf import settings

from tests.bench.one_line_inside import Meter
from tests.zid_sandbox.seed import FIRST_STORE_ID


def main(times: int, paths: list[str]) -> None:
    django.setup()
    from django.contrib.sessions.backends.db import SessionStore
    from django.test import Client

    from loyaltyadmin.web import sessions
    from loyaltyadmin.zid._transport import Transport

    meter = Meter()
    Transport.exchange = meter.timed(Transport.exchange)  # type: ignore[method-assign]
    session = SessionStore()
    session[sessions.STORE_KEY] = FIRST_STORE_ID
    session[sessions.LANGUAGE_KEY] = "ar"
    session.save()
    client = Client(SERVER_NAME="localhost")
    client.cookies[settings.SESSION_COOKIE_NAME] = str(session.session_key)
    took: dict[str, list[float]] = {path: [] for path in paths}
    # Page after page, as people do, and not one page with everything warm for it.
    for at in range(times + 3):
        for path in paths:
            with_zid, began = meter.with_zid, time.perf_counter()
            response = client.get(path)
            seconds = time.perf_counter() - began - (meter.with_zid - with_zid)
            assert response.status_code == 200, f"{path}: {response.status_code}"
            if at >= 3:  # the first ones load templates and open connections
                took[path].append(1000 * seconds)
    print(json.dumps(took))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
