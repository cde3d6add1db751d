"""Asks for each page again and again from this very process, in the product's environment.

    python -m tests.bench.vitals_inside TIMES PAGES

PAGES is JSON: by name, an address and whether what is asked for is what is painted before Zid
answers. Prints, as JSON, by name, what each answer took beside the exchange with Zid: milliseconds,
those of them that were this process's own, and queries.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping

import django
from django.conf import settings

from tests.bench.one_line_inside import Meter
from tests.zid_sandbox.seed import FIRST_STORE_ID

FIGURES = ("milliseconds", "processor", "queries")


def main(times: int, pages: Mapping[str, tuple[str, bool]]) -> None:
    django.setup()
    from django.db import connection
    from django.test import Client

    from loyaltyadmin.web import sessions
    from loyaltyadmin.web.session_store import SessionStore
    from loyaltyadmin.zid._transport import Transport

    meter = Meter()
    Transport.exchange = meter.timed(Transport.exchange)  # type: ignore[method-assign]
    session = SessionStore()
    session[sessions.STORE_KEY] = FIRST_STORE_ID
    session[sessions.LANGUAGE_KEY] = "ar"
    session.save()
    client = Client(SERVER_NAME="localhost")
    client.cookies[settings.SESSION_COOKIE_NAME] = str(session.session_key)
    took: dict[str, dict[str, list[float]]] = {
        name: {figure: [] for figure in FIGURES} for name in pages
    }
    # Page after page, as people do, and not one page with everything warm for it.
    with connection.execute_wrapper(meter.on_query):
        for at in range(times + 3):
            for name, (path, is_painted_first) in pages.items():
                headers = {"HX-Request": "true", "HX-Boosted": "true"} if is_painted_first else {}
                with_zid, queries = meter.with_zid, meter.queries
                began, used = time.perf_counter(), time.thread_time()
                response = client.get(path, headers=headers)
                figures = (
                    1000 * (time.perf_counter() - began - (meter.with_zid - with_zid)),
                    1000 * (time.thread_time() - used),
                    meter.queries - queries,
                )
                assert response.status_code == 200, f"{path}: {response.status_code}"
                if at >= 3:  # the first ones load templates and open connections
                    for figure, value in zip(FIGURES, figures, strict=True):
                        took[name][figure].append(value)
    print(json.dumps(took))


if __name__ == "__main__":
    main(int(sys.argv[1]), json.loads(sys.argv[2]))
