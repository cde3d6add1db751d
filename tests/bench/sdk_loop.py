"""The loop that everybody writes first: Zid's own SDK, its retries as they come.

    python -m tests.bench.sdk_loop URL STORE_ID FIRST_CUSTOMER_ID LINES

Prints, as JSON, what the loop believes.
"""

from __future__ import annotations

import json
import sys

from zid import ZidClient
from zid.exceptions import ZidError

from tests.zid_sandbox.control import Sandbox


def main(url: str, store_id: int, first_customer_id: int, lines: int) -> None:
    tokens = Sandbox(url).tokens(store_id)
    client = ZidClient(
        authorization=tokens["authorization"],
        store_token=tokens["access_token"],
        store_id=store_id,
        base_url=url,
    )
    done = failed = 0
    for customer_id in range(first_customer_id, first_customer_id + lines):
        try:
            client.loyalty.adjust_customer_points(
                customer_id=customer_id, direction="+", points=5, reason="هدية العيد"
            )
        except ZidError:
            failed += 1
        else:
            done += 1
    print(json.dumps({"done": done, "failed": failed}))


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:5]))
