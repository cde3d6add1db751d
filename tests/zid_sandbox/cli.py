"""python -m tests.zid_sandbox"""

from __future__ import annotations

import argparse
import datetime
import json
import signal
import sys
from types import FrameType
from typing import NoReturn

import flask

from tests.zid_sandbox import clock, config, control_api, server
from tests.zid_sandbox.config import Options
from tests.zid_sandbox.world import world

MOST_STORES = 200


def main(arguments: list[str] | None = None) -> int:
    wanted = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, _leave)
    clock.stop(wanted.now)
    try:
        http, app = server.build(
            _options(wanted), host=wanted.host, port=wanted.port, logs=wanted.log
        )
    except OSError as error:
        print(f"Cannot listen on {wanted.host}:{wanted.port}: {error.strerror}", file=sys.stderr)
        return 1
    address = f"http://{wanted.host}:{http.port}"
    if wanted.tokens:
        _print_tokens(app)
        print(f"Zid sandbox: {address}", flush=True)
    else:
        _print_help(address, _options(wanted))
    http.serve_forever()
    return 0


def _leave(_number: int, _frame: FrameType | None) -> NoReturn:
    # Connections have threads of their own that are allowed to die with the process.
    raise SystemExit(0)


def _print_tokens(app: flask.Flask) -> None:
    with app.app_context():
        for store in world().stores():
            fresh = control_api.fresh_tokens(store["id"])
            names = ("store_id", "authorization", "access_token", "refresh_token")
            print(json.dumps({name: fresh[name] for name in names}), flush=True)


def _print_help(address: str, options: Options) -> None:
    print(f"Zid sandbox: {address}")
    print(f"  dashboard    {address}/ar/   {address}/en/")
    print(f"  storefront   {address}/storefront/90001")
    print(f"  app          {options.app} (Redirection URL {options.redirection_url})")
    print(f"  faults       {address}/ has buttons for them", flush=True)


def _moment(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).astimezone(datetime.UTC)


def _options(wanted: argparse.Namespace) -> Options:
    return Options(
        app_url=wanted.app_url,
        client_id=wanted.client_id,
        client_secret=wanted.client_secret,
        app_id=wanted.app_id,
        stores=wanted.stores,
        customers=wanted.customers,
        state=wanted.state,
        seed=wanted.seed,
        rate=wanted.rate,
        burst=wanted.burst,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.zid_sandbox", description="A local stand-in for Zid."
    )
    add = parser.add_argument
    add("--port", type=int, default=8900, help="0 chooses a free one (default 8900)")
    add("--host", default="127.0.0.1")
    add("--app-url", help=f"where the app answers (default {config.DEFAULT_APP_URL}, and then any"
        " redirect_uri is taken)")  # fmt: skip
    add("--client-id", help="the app's OAuth client id (any when left out)")
    add("--client-secret", help="the app's OAuth secret (any when left out)")
    add("--app-id", default="4242", help="the app's number in the partner dashboard")
    add("--rate", type=float, default=60, help="calls a minute per store; 0 is no limit")
    add("--burst", type=float, default=60, help="how many calls the bucket holds")
    add("--customers", type=int, default=3000, help="per store")
    add("--stores", type=int, default=2, choices=range(1, MOST_STORES + 1), metavar="N")
    add("--state", default=":memory:", metavar="PATH", help="a file that survives a restart")
    add("--seed", type=int, default=1, help="another number makes other people")
    add("--now", type=_moment, help="stop the clock, such as at 2026-03-15T09:30:00+00:00")
    add("--tokens", action="store_true", help="print one JSON line of tokens per store first")
    add("--log", action="store_true", help="print a line for each request")
    return parser
