"""The environment the tests run in; loaded by pytest before anything else (`-p tests.environment`).

What a caller has set wins, so that `python -m tests.services -- pytest` brings its own servers.
A `.env` file of the developer does not: variables that it could bring are set here.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

DATA_DIR = tempfile.mkdtemp(prefix="loyaltyadmin-tests-")
atexit.register(shutil.rmtree, DATA_DIR, ignore_errors=True)

for name, value in {
    "DEBUG": "1",
    "SECRET_KEY": "the-tests-secret-key-which-is-long-enough-to-be-taken",
    "DATA_DIR": DATA_DIR,
    "DATABASE_URL": f"sqlite:///{DATA_DIR}/tests.sqlite3",
    "PUBLIC_URL": "http://testserver",
    "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
    "ZID_API_URL": "https://api.zid.test",
    "ZID_OAUTH_URL": "https://oauth.zid.test",
    "ZID_DASHBOARD_URL": "https://dashboard.zid.test",
    "ZID_CLIENT_ID": "client-id",
    "ZID_CLIENT_SECRET": "client-secret",
    "ZID_APP_ID": "4242",
    "ZID_TIMEOUT_SECONDS": "2",
    "ZID_SETTLE_SECONDS": "90",
    "ZID_RATE_LIMIT_PER_MINUTE": "60",
    "REDIS_URL": "",
}.items():
    os.environ.setdefault(name, value)
