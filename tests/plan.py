"""What the processes of tests and measurements are started with."""

from __future__ import annotations

import os
import re
import secrets
import sys
from pathlib import Path

from cryptography.fernet import Fernet

from loyaltyadmin.web import development

APP_ID = "4242"
# As on a server: DEBUG=1 keeps every query in memory and costs time.
SERVER_SETTINGS = {
    "DEBUG": "0",
    "SECRET_KEY": secrets.token_urlsafe(50),
    "TOKEN_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
}
WITH_DEBUG = {"DEBUG": "1", "DJANGO_SETTINGS_MODULE": "loyaltyadmin.settings"}
COLLECT_STATIC = [sys.executable, "manage.py", "collectstatic", "--no-input", "-v", "0"]
WEB = [sys.executable, "-m", "gunicorn", "loyaltyadmin.wsgi", "-c", "deploy/gunicorn.conf.py"]
WORKER = ["deploy/worker.sh", "-B"]
BEAT = ["deploy/beat.sh"]


def environment(*, url: str, zid: str, data_dir: Path) -> dict[str, str]:
    return {
        **os.environ,
        "DEBUG": "1",
        "ALLOWED_HOSTS": "",
        "DATA_DIR": str(data_dir),
        "DATABASE_URL": "",
        "REDIS_URL": "",
        "PUBLIC_URL": url,
        "ZID_CLIENT_ID": "sandbox-client",
        "ZID_CLIENT_SECRET": "sandbox-secret",
        "ZID_APP_ID": APP_ID,
        **dict.fromkeys(development.ZID_ADDRESSES, zid),
        "FRAME_ANCESTORS": zid,
        "ZID_RATE_LIMIT_PER_MINUTE": "60000",
        "ZID_RATE_LIMIT_BURST": "1000",
        "ZID_TIMEOUT_SECONDS": "3",
        "ZID_SETTLE_SECONDS": "4",
        "PYTHONUNBUFFERED": "1",
    }


def shipped() -> dict[str, str]:
    """What deploy/env.example sets, as an operator would copy it."""
    example = (development.ROOT / "deploy/env.example").read_text(encoding="utf-8")
    return dict(re.findall(r"^([A-Z_]+)=(.*)$", example, re.MULTILINE))


def installed(*, secrets: Path, zid: str, data_dir: Path) -> dict[str, str]:
    """The same with what an operator fills in, secrets as files, and addresses of this machine."""
    made = {f"{file.name.upper()}_FILE": str(file) for file in secrets.iterdir()}
    return {
        **os.environ,
        **shipped(),
        **made,
        "ZID_APP_ID": APP_ID,
        "ZID_CLIENT_ID": "sandbox-client",
        **dict.fromkeys(development.ZID_ADDRESSES, zid),
        "FRAME_ANCESTORS": zid,
        "DATA_DIR": str(data_dir),
        "PYTHONUNBUFFERED": "1",
    }


def as_deployed(*, web_port: int) -> dict[str, str]:
    """For what deploy/ starts, whatever its settings."""
    return {
        "PATH": f"{sys.prefix}/bin:{os.environ['PATH']}",
        # The app's own, with a folder for the static files that no other run shares.
        "DJANGO_SETTINGS_MODULE": "tests.deployed_settings",
        "WEB_BIND": f"127.0.0.1:{web_port}",
    }
