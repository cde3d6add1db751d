"""What `make run` and `manage.py up` do: the whole product on one machine, with nothing else.

A stand-in for Zid, the web server, and a Celery worker with beat, on free ports, with the settings
they need to find each other. What the developer has set, in the environment or in `.env`, wins.
The rest is written to `development.env` in the data folder, readable by its owner alone: the keys
in it are made once, so that sessions and stored tokens survive a restart.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import fcntl
import os
import secrets
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import environ

from loyaltyadmin.web.supervisor import GRACE_SECONDS, Failed, Service, Stopped, Supervisor

ROOT = Path(__file__).resolve().parent.parent.parent
WEB_PORT = 8000
ZID_PORT = 8001
PORTS_TRIED = 100
READY_SECONDS = 60.0
ZID_ADDRESSES = ("ZID_API_URL", "ZID_OAUTH_URL", "ZID_DASHBOARD_URL")
MADE_ONCE = ("SECRET_KEY", "TOKEN_ENCRYPTION_KEYS")
LOOPBACK = {"localhost", "127.0.0.1", "::1"}

FILE_HEADER = """\
# Written by `make run`, which keeps the two keys and sets the rest anew each time.
# Settings of your own belong in .env, which wins. Without these keys the tokens in the database
# cannot be read: delete the whole folder, not this file alone.
"""

WHAT_TO_TRY = """
  The app runs. Open this address, the stand-in for Zid's dashboard:

      {address}

  What to try:
    1. Install the app from its card in the App Market, then open it there: no sign-in.
    2. Turn a cashback rule off, and on again.
    3. Give a customer 50 points.
    4. Adjust a thousand customers: upload a CSV with customer_id, points, reason. Zid lets
       {rate} calls a minute pass; ZID_RATE_LIMIT_PER_MINUTE=600 make run is quicker.
    5. With the buttons on that first page, make Zid slow or broken: see what the app makes of it.
    6. Tell the customers of a bulk adjustment: their mails are files in {mails}.

  Ctrl-C stops everything.
"""
WHAT_TO_TRY_AT_ZID = """
  The app runs at {address}, against the Zid that your settings name.

  Ctrl-C stops everything.
"""


@dataclass(frozen=True, kw_only=True)
class Plan:
    data_dir: Path
    web_port: int
    zid_port: int | None  # None: the settings name a Zid of their own
    environment: Mapping[str, str]  # for the processes, complete

    @property
    def address(self) -> str:
        if self.zid_port is None:
            return self.environment["PUBLIC_URL"]
        return f"http://127.0.0.1:{self.zid_port}/"


class Console:
    """Prints whole lines, from any thread, each after the name of the process it comes from."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.on_closed: Callable[[], None] = lambda: None

    def __call__(self, name: str, line: str) -> None:
        self.print(f"{name:>8} | {line}" if name else f"==> {line}")

    def print(self, text: str) -> None:
        with self._lock:
            try:
                print(text, flush=True)
            except OSError:
                # Whoever read our output is gone (`make run | head`). Nothing may be left in the
                # buffer, or Python complains at its exit.
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
                self.on_closed()


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="make run", description="Run everything on this machine.")
    add_arguments(parser)
    wanted = parser.parse_args(arguments)
    return up(web_port=wanted.port, zid_port=wanted.zid_port, parent=wanted.parent)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, help=f"where the app answers (default {WEB_PORT})")
    parser.add_argument(
        "--zid-port", type=int, help=f"where the stand-in for Zid answers (default {ZID_PORT})"
    )
    parser.add_argument(
        "--parent", type=int, metavar="PID", help="stop when this process is no longer the parent"
    )


def up(
    *, web_port: int | None = None, zid_port: int | None = None, parent: int | None = None
) -> int:
    """Run until Ctrl-C; what it returns is the exit code."""
    say = Console()
    chosen = read_user_settings(ROOT, os.environ)
    data_dir = Path(ROOT, chosen.get("DATA_DIR", "var"))
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with (
            only_one(data_dir / "run.lock", say) as lock,
            Supervisor(directory=ROOT, say=say, parent=parent, keep_open=[lock]) as supervisor,
        ):
            say.on_closed = supervisor.request_stop
            plan = make_plan(
                chosen, data_dir=data_dir, say=say, web_port=web_port, zid_port=zid_port
            )
            try:
                _run(plan, supervisor, say)
            except Stopped as stopped:
                say("", f"Stopping everything ({stopped})")
    except Failed as failed:
        say("", f"Stopped: {failed}")
        return 1
    say("", "Stopped; nothing is left running")
    return 0


def _run(plan: Plan, supervisor: Supervisor, say: Console) -> None:
    services = plan_services(plan)
    if plan.zid_port:
        say("", f"Starting the stand-in for Zid on port {plan.zid_port}")
        supervisor.start(services["zid"])
    say("", f"Bringing the database up to date ({_database_name(plan)})")
    supervisor.run(services["migrate"])
    say("", f"Starting the web server on port {plan.web_port}, and the worker")
    supervisor.start(services["web"])
    supervisor.start(services["worker"])
    supervisor.wait_until_ready(seconds=READY_SECONDS)
    text = WHAT_TO_TRY if plan.zid_port else WHAT_TO_TRY_AT_ZID
    rate = plan.environment.get("ZID_RATE_LIMIT_PER_MINUTE", "60")
    say.print(text.format(address=plan.address, rate=rate, mails=plan.data_dir / "mails"))
    supervisor.watch()


def load_last_run(root: Path = ROOT) -> None:
    """For manage.py: commands beside `make run` mean its database, its keys and its Zid.

    Not where somebody has set a key: that is an installation with settings of its own.
    """
    chosen = read_user_settings(root, os.environ)
    if any(name in chosen or f"{name}_FILE" in chosen for name in MADE_ONCE):
        return
    file = Path(root, chosen.get("DATA_DIR", "var"), "development.env")
    for name, value in _read_settings_file(file).items():
        if name not in chosen:
            os.environ[name] = value


def read_user_settings(root: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """What the developer has set: `.env`, and over it the environment. Empty is not set."""

    merged = {**_read_settings_file(root / ".env"), **environment}
    return {name: value for name, value in merged.items() if value.strip()}


def make_plan(
    chosen: Mapping[str, str],
    *,
    data_dir: Path,
    say: Console,
    web_port: int | None = None,
    zid_port: int | None = None,
) -> Plan:
    wanted = _public_port(chosen) or web_port
    zid_is_ours = not any(name in chosen for name in ZID_ADDRESSES)
    zid_port = find_port(zid_port or ZID_PORT, say, avoid=wanted) if zid_is_ours else None
    web_port = find_port(wanted or WEB_PORT, say, avoid=zid_port)
    ours = {
        **read_made_once(data_dir / "development.env"),
        "DEBUG": "1",
        "DATA_DIR": str(data_dir),
        "PUBLIC_URL": f"http://localhost:{web_port}",
        "ZID_CLIENT_ID": "sandbox-client",
        "ZID_CLIENT_SECRET": "sandbox-secret",
        "ZID_APP_ID": "4242",
        "ZID_WEBHOOK_USERNAME": "sandbox",
        "ZID_WEBHOOK_PASSWORD": "sandbox-password",
    }
    if zid_port:
        zid = f"http://127.0.0.1:{zid_port}"
        ours |= {"FRAME_ANCESTORS": zid, **dict.fromkeys(ZID_ADDRESSES, zid)}
    # A secret may also be set by naming a file.
    ours = {name: value for name, value in ours.items() if f"{name}_FILE" not in chosen}
    write_private(data_dir / "development.env", ours)
    return Plan(
        data_dir=data_dir,
        web_port=web_port,
        zid_port=zid_port,
        environment={**ours, **chosen, "PYTHONUNBUFFERED": "1"},
    )


def plan_services(plan: Plan) -> dict[str, Service]:
    python = sys.executable
    commands = {
        "migrate": [python, "manage.py", "migrate", "--verbosity", "0"],
        # One process: the threads share its caches, and SQLite lets one write at a time anyway.
        # No access log: what matters in it is in the browser's own tools.
        "web": [
            *[python, "-m", "gunicorn", "loyaltyadmin.wsgi", "--no-control-socket"],
            *["--worker-class", "gthread", "--threads", "8", "--graceful-timeout", "3"],
            *["--bind", f"127.0.0.1:{plan.web_port}", "--log-level", "warning"],
        ],
        "worker": [
            # As root in a container, say; nothing is lost that this folder's owner could miss.
            *[python, "-W", "ignore:You're running the worker with superuser privileges"],
            *["-m", "celery", "-A", "loyaltyadmin", "--quiet", "worker", "-B", "-l", "INFO"],
        ],
    }
    health = {"web": f"http://127.0.0.1:{plan.web_port}/healthz"}
    if plan.zid_port:
        commands["zid"] = _zid_command(plan, plan.zid_port)
        health["zid"] = f"http://127.0.0.1:{plan.zid_port}/healthz"
    return {
        name: Service(
            name=name,
            command=command,
            environment=plan.environment,
            health_url=health.get(name),
        )
        for name, command in commands.items()
    }


def _zid_command(plan: Plan, port: int) -> list[str]:
    options = {
        "--port": str(port),
        "--app-url": plan.environment["PUBLIC_URL"],
        "--state": str(plan.data_dir / "zid-sandbox.sqlite3"),
        "--client-id": plan.environment.get("ZID_CLIENT_ID"),
        "--client-secret": plan.environment.get("ZID_CLIENT_SECRET"),
        "--app-id": plan.environment.get("ZID_APP_ID"),
        # The app's pace and Zid's limit belong together.
        "--rate": plan.environment.get("ZID_RATE_LIMIT_PER_MINUTE"),
        "--burst": plan.environment.get("ZID_RATE_LIMIT_BURST"),
    }
    given = [f"{name}={value}" for name, value in options.items() if value]
    return [sys.executable, "-m", "tests.zid_sandbox", *given]


def find_port(preferred: int, say: Console, *, avoid: int | None) -> int:
    for port in range(preferred, preferred + PORTS_TRIED):
        if port != avoid and is_free(port):
            if port != preferred:
                say("", f"Port {preferred} is taken, so {port} it is")
            return port
    raise Failed(f"every port from {preferred} to {preferred + PORTS_TRIED - 1} is taken")


def is_free(port: int) -> bool:
    """Is nobody listening there, on either of the addresses that browsers take for localhost?"""
    for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=1):
            return False
        try:
            with socket.socket(family, socket.SOCK_STREAM) as probe:
                # As the servers do: connections of an earlier run that linger are no hindrance.
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((host, port))
        except OSError:
            # Without IPv6 there is nobody on that address.
            if family == socket.AF_INET:
                return False
    return True


def read_made_once(file: Path) -> dict[str, str]:
    """The keys of an earlier run, or new ones."""
    kept = _read_settings_file(file)
    made = {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "TOKEN_ENCRYPTION_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    }
    return {name: kept.get(name) or value for name, value in made.items()}


def write_private(file: Path, settings: Mapping[str, str]) -> None:
    text = FILE_HEADER + "".join(f"{name}={value}\n" for name, value in settings.items())
    part = file.with_name(f"{file.name}.part")
    part.unlink(missing_ok=True)
    # Never, not even for a moment, readable by others.
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)
    part.replace(file)


@contextlib.contextmanager
def only_one(file: Path, say: Console) -> Iterator[int]:
    """One run for a data folder: two would take each other's messages."""
    began = time.monotonic()
    is_waiting = False
    with file.open("a") as stream:
        while True:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                # The guard keeps the lock too: after a `kill -9` the next run waits here until
                # the last process of the one before is gone.
                if time.monotonic() > began + GRACE_SECONDS + 2:
                    raise Failed(f"another `make run` is using {file.parent}") from None
                if not is_waiting:
                    say("", "Waiting for another `make run` in this folder to end")
                    is_waiting = True
                time.sleep(0.1)
            else:
                break
        yield stream.fileno()


def _read_settings_file(file: Path) -> dict[str, str]:
    class File(environ.Env):  # type: ignore[misc] # (the library has no types)
        ENVIRON: dict[str, str] = {}  # not the process's own

    if file.is_file():
        File.read_env(file)
    return File.ENVIRON


def _public_port(chosen: Mapping[str, str]) -> int | None:
    parts = urlsplit(chosen.get("PUBLIC_URL", ""))
    if parts.hostname not in LOOPBACK or not parts.port:
        return None
    if not is_free(parts.port):
        raise Failed(f"port {parts.port}, which PUBLIC_URL names, is taken")
    return parts.port


def _database_name(plan: Plan) -> str:
    url = urlsplit(plan.environment.get("DATABASE_URL", "sqlite:"))
    return "SQLite" if url.scheme == "sqlite" else f"{url.scheme} at {url.hostname}"


if __name__ == "__main__":
    sys.exit(main())
