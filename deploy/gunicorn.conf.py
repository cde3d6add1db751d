"""`gunicorn -c deploy/gunicorn.conf.py loyaltyadmin.wsgi`"""

from __future__ import annotations

import multiprocessing
import os
from pathlib import Path

bind = os.environ.get("WEB_BIND") or "127.0.0.1:8000"

# Requests mostly wait, for Zid and for the database: many threads, and few processes.
worker_class = "gthread"
workers = int(os.environ.get("WEB_PROCESSES") or min(multiprocessing.cpu_count() + 1, 8))
threads = int(os.environ.get("WEB_THREADS") or 32)

# Longer than one call to Zid may take, repeated once. A deploy waits as long for what is running.
timeout = 60
graceful_timeout = 30
keepalive = 5

# A worker that leaks is replaced before it matters, and not all of them at once.
max_requests = 5000
max_requests_jitter = 500

# Heartbeats are files; on a disk a slow write looks like a worker that hangs.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 (not a file of ours)

# The app logs its requests itself, with placeholders where addresses hold a customer's number, and
# never a query: the token that opens the app inside Zid's dashboard travels in one.
accesslog = None

# Its socket would be a way in that nobody asked for.
control_socket_disable = True


def post_worker_init(worker: object) -> None:
    """Keep a quarter of the threads for pages that ask Zid nothing (docs/adr/0027)."""
    from loyaltyadmin.stores import breakers

    breakers.limit_room(places=max(1, threads * 3 // 4))
