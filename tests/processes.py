"""The real processes, for tests: the sandbox, the web server and workers, on free ports.

    with processes.running(data_dir=tmp_path) as product:
        product.install(store_id=90001)

The commands are those of `make run`. With DATABASE_URL and REDIS_URL among `settings` the same
processes run on PostgreSQL and Redis. Whatever becomes of the test run, none of them outlives it.
"""

from __future__ import annotations

import contextlib
import dataclasses
import http.cookiejar
import json
import os
import random
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from loyaltyadmin.web import development
from tests import plan, proxies, services
from tests.children import Children
from tests.proxies import Proxy
from tests.zid_sandbox.control import Sandbox

BEAT = [sys.executable, "-m", "celery", "-A", "loyaltyadmin", "--quiet", "beat", "-l", "INFO"]


@dataclass(frozen=True, kw_only=True)
class Product:
    url: str
    sandbox: Sandbox
    environment: Mapping[str, str]
    log_dir: Path
    processes: Children
    readiness_url: str
    debug_url: str = ""  # beside a server without DEBUG, the same app with it
    proxy: Proxy | None = None

    def browser(self) -> urllib.request.OpenerDirector:
        """One of its own: no proxy of this machine's, and cookies as far as they come."""
        return urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()),
            *([self.proxy.way()] if self.proxy else []),
        )

    def install(self, *, store_id: int) -> None:
        """Install the app on a store as its merchant would, with the consent given unasked."""
        before = self.sandbox.settings()
        self.sandbox.settings(auto_consent=True, current_store=store_id, subscribed=True)
        with self.browser().open(f"{self.url}/zid/install", timeout=30) as answer:
            assert answer.url == self.dashboard_url(store_id=store_id, language="ar"), answer.url
        self.sandbox.settings(
            auto_consent=before["auto_consent"], current_store=before["current_store"]
        )

    def dashboard_url(self, *, store_id: int, language: str) -> str:
        """Where Zid's dashboard shows the app in its frame."""
        return f"{self.sandbox.url}/{language}/stores/{store_id}/apps/{plan.APP_ID}/embedded"

    def manage(self, *arguments: str) -> list[str]:
        """Run manage.py beside the processes; gives its lines."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(
            command,
            cwd=development.ROOT,
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{command} ended with {done.returncode}:\n{done.stderr}"
        return done.stdout.splitlines()

    def bulk_adjust(self, *arguments: str) -> dict[str, object]:
        """What the last line of `manage.py bulk_adjust --wait` says."""
        return dict(json.loads(self.manage("bulk_adjust", *arguments)[-1]))

    def kill_worker(self, number: int = 1) -> None:
        """`kill -9`, with no warning and no chance to clean up, and start it again."""
        self.kill(worker_name(number))
        self.start_again(worker_name(number))

    def kill(self, *names: str) -> None:
        """`kill -9` to these processes at once: web, worker, worker-2, beat."""
        self.processes.kill(*names)

    def kill_gunicorns_master(self) -> None:
        """`kill -9` to it alone. Those that serve go on for as long as nobody starts it again."""
        self.processes.behead("web")

    def kill_one_of_gunicorns(self, dice: random.Random) -> None:
        """`kill -9` to one of the processes that serve. The master starts another."""
        if serving := self.processes.children_of("web"):
            with contextlib.suppress(ProcessLookupError):
                os.kill(dice.choice(serving), signal.SIGKILL)

    def stop(self, name: str) -> None:
        """Ask this process to end as a deployment does, and wait until it has."""
        self.processes.stop(name)

    def start_again(self, *names: str) -> None:
        """Start what was killed or stopped, in this order; waits for nothing."""
        for name in names:
            self.processes.start_again(name)

    def wait_until_ready(self) -> None:
        """Until the web server answers, and has its database and its broker."""
        self.processes.wait_for(self.readiness_url)

    def worker_pid(self, number: int = 1) -> int:
        return self.processes.pid(worker_name(number))

    def log(self) -> str:
        """What the app's own processes have written so far."""
        files = [self.log_dir / "web.log", *sorted(self.log_dir.glob("worker*.log"))]
        return "".join(file.read_text(encoding="utf-8") for file in files)


@contextlib.contextmanager
def running(
    *,
    data_dir: Path,
    customers: int = 1200,
    stores: int = 2,
    rate: int = 0,
    burst: int = 60,
    workers: int = 1,
    has_own_beat: bool = False,
    now: str = "",
    as_deployed: bool = False,
    secrets: Path | None = None,
    with_debug: bool = False,
    **settings: str,
) -> Iterator[Product]:
    """Start everything with `settings` (SECRET_KEY=…, ZID_SETTLE_SECONDS=…); stop it at the end.

    `stores`, `customers` of each, `rate` a minute (0 is no limit), `burst` and `now`, at which its
    clock stands still, are the sandbox's. Beat is in the first worker or, as on servers, a process
    of its own. See plan.py for `as_deployed`; `with_debug` adds a web server with DEBUG=1.

    With `secrets`, a folder that deploy/make-secrets.sh filled, all is as deploy/ ships it, behind
    its nginx: of deploy/env.example nothing is changed but addresses.
    """
    web_port, zid_port = services.free_port(), services.free_port()
    log_dir = data_dir / "logs"
    log_dir.mkdir(parents=True)
    zid = f"http://127.0.0.1:{zid_port}"
    url = plan.shipped()["PUBLIC_URL"] if secrets else f"http://localhost:{web_port}"
    environment = plan.environment(url=url, zid=zid, data_dir=data_dir)
    if secrets:
        as_deployed = True
        environment = plan.installed(secrets=secrets, zid=zid, data_dir=data_dir)
        environment |= plan.as_deployed(web_port=web_port)
    elif as_deployed:
        environment = plan.shipped() | environment | plan.SERVER_SETTINGS
        environment |= plan.as_deployed(web_port=web_port)
    environment |= settings
    planned = development.Plan(
        data_dir=data_dir, web_port=web_port, zid_port=None, environment=environment
    )
    commands = {name: it.command for name, it in development.plan_services(planned).items()}
    commands["zid"] = [
        *[sys.executable, "-m", "tests.zid_sandbox", "--port", str(zid_port), "--app-url", url],
        *["--client-id", "sandbox-client", "--client-secret", "sandbox-secret"],
        *["--app-id", plan.APP_ID, "--rate", str(rate), "--burst", str(burst)],
        *["--stores", str(stores), "--customers", str(customers)],
        *(["--now", now] if now else []),
    ]
    with contextlib.ExitStack() as stack:
        processes = stack.enter_context(Children(environment=environment, log_dir=log_dir))
        processes.start("zid", commands["zid"])
        processes.run("migrate", commands["migrate"])
        if as_deployed:
            processes.run("collectstatic", plan.COLLECT_STATIC)
        processes.start("web", plan.WEB if as_deployed else commands["web"])
        if has_own_beat:
            processes.start("beat", plan.BEAT if as_deployed else BEAT)
        for number in range(1, workers + 1):
            has_beat = number == 1 and not has_own_beat
            worker = plan.WORKER if as_deployed else commands["worker"]
            command = _worker(worker, number=number, has_beat=has_beat)
            processes.start(worker_name(number), command)
        proxy = stack.enter_context(proxies.in_front_of(web_port)) if secrets else None
        readiness_url = f"http://127.0.0.1:{web_port}/readyz"
        for address in (f"{zid}/healthz", readiness_url):
            processes.wait_for(address)
        yield Product(
            url=url,
            sandbox=Sandbox(zid),
            environment=environment,
            log_dir=log_dir,
            processes=processes,
            readiness_url=readiness_url,
            debug_url=_start_with_debug(processes, planned) if with_debug else "",
            proxy=proxy,
        )


def _start_with_debug(processes: Children, planned: development.Plan) -> str:
    port = services.free_port()
    commands = development.plan_services(dataclasses.replace(planned, web_port=port))
    processes.start("web-debug", commands["web"].command, **plan.WITH_DEBUG)
    processes.wait_for(f"http://localhost:{port}/readyz")
    return f"http://localhost:{port}"


def worker_name(number: int) -> str:
    return "worker" if number == 1 else f"worker-{number}"


def _worker(command: Sequence[str], *, number: int, has_beat: bool) -> Sequence[str]:
    kept = [part for part in command if part != "-B" or has_beat]
    # Two of the same name would take each other's orders.
    return kept if number == 1 else [*kept, "-n", f"{worker_name(number)}@%h"]
