"""The settings, as an operator meets them: by the environment of a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.db import connection

REPOSITORY = Path(__file__).resolve().parent.parent
PRODUCTION = {
    "DEBUG": "0",
    "SECRET_KEY": "k3y-" * 4 + "of-many-different-letters-0123456789-and-signs-!§$%&",
    "PUBLIC_URL": "https://loyalty.example.com",
    "TOKEN_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
    "ZID_CLIENT_ID": "client",
    "ZID_CLIENT_SECRET": "secret",
    "ZID_APP_ID": "4242",
}
# Loads the settings once for each environment: a process for each would take minutes.
LOAD_EACH = """
import importlib, json, os, sys
plain = dict(os.environ)
results = []
for changes in json.load(sys.stdin):
    os.environ.clear()
    os.environ.update(plain)
    os.environ.update(changes)
    sys.modules.pop("loyaltyadmin.settings", None)
    try:
        settings = importlib.import_module("loyaltyadmin.settings")
    except Exception as error:
        results.append({"error": type(error).__name__, "says": str(error)})
    else:
        results.append(
            {name: getattr(settings, name) for name in dir(settings) if name.isupper()}
        )
json.dump(results, sys.stdout, default=str)
"""


@pytest.fixture(scope="module")
def load(tmp_path_factory):
    """Give the settings, or the error, for each set of changes to a proper production."""
    data_dir = tmp_path_factory.mktemp("data")

    def load(*changes):
        # Empty is the same as not set, and keeps a developer's .env out.
        names = ["REDIS_URL", "DATABASE_URL", "ALLOWED_HOSTS", "FRAME_ANCESTORS"]
        done = subprocess.run(
            [sys.executable, "-c", LOAD_EACH],
            cwd=REPOSITORY,
            env={**dict.fromkeys(names, ""), **PRODUCTION, "DATA_DIR": str(data_dir)},
            input=json.dumps(changes),
            capture_output=True,
            text=True,
            check=True,
        )
        return json.loads(done.stdout)

    return load


WRONG = [
    ("DEBUG", "maybe"),
    ("PUBLIC_URL", "loyalty.example.com"),
    ("PUBLIC_URL", "https://loyalty.example.com/app"),
    ("PUBLIC_URL", "https://user:password@loyalty.example.com"),
    ("PUBLIC_URL", "http://["),
    ("ALLOWED_HOSTS", "https://loyalty.example.com"),
    ("ALLOWED_HOSTS", "loyalty.example.com:443"),
    ("DATABASE_URL", "mysql://localhost/db"),
    ("DATABASE_URL", "postgres://user:hidden@localhost:port/name"),
    ("DATABASE_URL", "postgres://user:hidden@localhost"),
    ("REDIS_URL", "localhost:6379"),
    ("REDIS_URL", "redis://localhost:port/0"),
    ("REDIS_URL", "unix:///run/redis.sock"),
    ("DATA_DIR", "/dev/null/data"),
    ("DATA_DIR", "/dev/null"),
    ("TOKEN_ENCRYPTION_KEYS", "not a key"),
    ("TOKEN_ENCRYPTION_KEYS", PRODUCTION["TOKEN_ENCRYPTION_KEYS"] + ",short"),
    ("KEEP_LINES_DAYS", "29"),
    ("TRUSTED_PROXIES", "-1"),
    ("ZID_APP_ID", "42/../43"),
    ("ZID_API_URL", "api.zid.sa"),
    ("ZID_OAUTH_URL", "ftp://oauth.zid.sa"),
    ("ZID_DASHBOARD_URL", "https://dashboard.zid.sa?x=1"),
    ("ZID_TIMEOUT_SECONDS", "soon"),
    ("ZID_TIMEOUT_SECONDS", "0"),
    ("ZID_TIMEOUT_SECONDS", "nan"),
    ("ZID_TIMEOUT_SECONDS", "inf"),
    ("ZID_RATE_LIMIT_PER_MINUTE", "0"),
    ("ZID_RATE_LIMIT_PER_MINUTE", "1.5"),
    ("ZID_RATE_LIMIT_BURST", "-1"),
    ("ZID_RATE_LIMIT_BURST", "1e999"),
    ("ZID_SETTLE_SECONDS", "-1"),
    ("ZID_REASON_MAX_LENGTH", "10"),
    ("WORKER_CONCURRENCY", "many"),
    ("FRAME_ANCESTORS", "https://a.example; script-src *"),
    ("FRAME_ANCESTORS", "dashboard.zid.sa"),
    ("ZID_WEBHOOK_USERNAME", "without a password"),
    ("ZID_WEBHOOK_PASSWORD", "without a name"),
    ("EMAIL_HOST", "mail.example.com"),  # without an address to write from
    ("EMAIL_FROM", "loyalty@example.com"),  # without a server
    ("EMAIL_PORT", "smtp"),
    ("EMAIL_SECURITY", "ssl"),
    ("EMAIL_BOUNCES_TO", "nobody"),
    ("SMS_PROVIDER", "pigeons"),
    ("SMS_PROVIDER", "unifonic"),  # without its account
    ("NOTICES_PER_MINUTE", "0"),
    ("LOG_FORMAT", "xml"),
    ("METRICS_TOKEN", "too-short"),
    ("METRICS_TOKEN", "with spaces, which no header has"),
    ("SENTRY_DSN", "sentry.example.com"),
    ("WORKER_METRICS_BIND", "9100"),
    ("WORKER_METRICS_BIND", "127.0.0.1:9100"),  # without a token
    ("SECRET_KEY_FILE", "/no/such/file"),
    ("ZID_CLIENT_SECRET_FILE", "/dev/null"),
]


def test_a_wrong_value_stops_the_start_with_a_sentence_that_names_the_variable(load):
    results = load(*({name: value} for name, value in WRONG))

    for (name, value), result in zip(WRONG, results, strict=True):
        assert result.get("error") == "ImproperlyConfigured", f"{name}={value} was taken"
        assert name in result["says"], result["says"]
        assert result["says"].endswith(".")
        assert "hidden" not in result["says"]


def test_a_missing_secret_stops_the_start_unless_debugging(load):
    secrets = [name for name in PRODUCTION if name not in {"DEBUG"}]

    results = load(*({name: ""} for name in secrets))

    for name, result in zip(secrets, results, strict=True):
        assert result.get("error") == "ImproperlyConfigured", f"{name} was not missed"
        assert result["says"].startswith(f"{name} is missing")


def test_who_writes_to_customers_needs_a_key_that_keeps_who_opted_out(load):
    mail = {"EMAIL_HOST": "mail.example.com", "EMAIL_FROM": "loyalty@example.com"}

    without, complete = load(mail, {**mail, "NOTICES_KEY": "never changed", "EMAIL_PORT": "465",
                                    "EMAIL_SECURITY": "tls"})  # fmt: skip

    assert without["says"].startswith("NOTICES_KEY is missing")
    assert (complete["EMAIL_USE_SSL"], complete["EMAIL_USE_TLS"]) == (True, False)


def test_while_debugging_mails_are_files_and_leave_no_machine(load):
    debug, served = load({"DEBUG": "1"}, {})

    assert debug["EMAIL_BACKEND"].startswith("django.core.mail.backends.filebased.")
    assert debug["EMAIL_FILE_PATH"].endswith("/mails")
    assert served["EMAIL_FROM"] == ""


def test_debugging_needs_none_of_them(load):
    [settings] = load({**dict.fromkeys(PRODUCTION, ""), "DEBUG": "1"})

    assert settings["DEBUG"] is True
    assert settings["PUBLIC_URL"] == "http://localhost:8000"


def test_debug_is_off_unless_it_is_asked_for(load):
    [settings] = load({"DEBUG": ""})

    assert settings["DEBUG"] is False


def test_a_server_logs_for_machines_and_a_developer_for_people(load):
    served, debug = load({}, {"DEBUG": "1"})

    assert (served["LOG_FORMAT"], debug["LOG_FORMAT"]) == ("json", "line")
    assert served["METRICS_TOKEN"] == ""


def test_a_secret_can_come_from_a_file(load, tmp_path):
    names = ["SECRET_KEY", "TOKEN_ENCRYPTION_KEYS", "ZID_CLIENT_ID", "ZID_CLIENT_SECRET",
             "ZID_APP_ID"]  # fmt: skip
    values = {name: Fernet.generate_key().decode() for name in names} | {"ZID_APP_ID": "77"}
    changes = {}
    for name in names:
        (tmp_path / name).write_text(f"{values[name]}\n", encoding="utf-8")
        changes |= {name: "", f"{name}_FILE": str(tmp_path / name)}

    [settings] = load(changes)

    assert settings["TOKEN_ENCRYPTION_KEYS"] == [values.pop("TOKEN_ENCRYPTION_KEYS")]
    assert {name: settings[name] for name in values} == values


def test_sqlite_in_the_data_folder_is_the_default(load, tmp_path):
    [settings] = load({"DATA_DIR": str(tmp_path / "new")})

    database = settings["DATABASES"]["default"]
    assert database["ENGINE"] == "django.db.backends.sqlite3"
    assert database["NAME"] == str(tmp_path / "new" / "loyaltyadmin.sqlite3")
    assert "journal_mode=WAL" in database["OPTIONS"]["init_command"]
    assert settings["CELERY_BROKER_URL"] == "files://localhost"


def test_postgresql_and_redis_are_taken(load):
    [settings] = load(
        {
            "DATABASE_URL": "postgres://user:p%40ss@db.example:5433/points?sslmode=require",
            "REDIS_URL": "redis://:secret@redis.example:6379/1",
        }
    )

    database = settings["DATABASES"]["default"]
    assert database["ENGINE"] == "django.db.backends.postgresql"
    assert (database["HOST"], database["PORT"]) == ("db.example", 5433)
    assert (database["USER"], database["PASSWORD"]) == ("user", "p@ss")
    assert database["OPTIONS"]["sslmode"] == "require"
    assert settings["CELERY_BROKER_URL"] == "redis://:secret@redis.example:6379/1"


def test_what_is_only_for_https_follows_from_the_public_address(load):
    https, http = load({}, {"PUBLIC_URL": "http://loyalty.example.com:8000/"})

    assert https["SECURE_SSL_REDIRECT"] is True
    assert https["SECURE_HSTS_SECONDS"] > 0
    assert "SECURE_SSL_REDIRECT" not in http
    assert "SECURE_PROXY_SSL_HEADER" not in http
    assert http["PUBLIC_URL"] == "http://loyalty.example.com:8000"
    assert http["ALLOWED_HOSTS"] == ["loyalty.example.com"]


def test_lists_are_separated_by_commas(load):
    [settings] = load(
        {
            "ALLOWED_HOSTS": "a.example, b.example,[::1],*",
            "FRAME_ANCESTORS": "https://a.example,http://127.0.0.1:9000",
            "ZID_WEBHOOK_USERNAME": "zid",
            "ZID_WEBHOOK_PASSWORD": "secret: with a colon",
        }
    )

    assert settings["ALLOWED_HOSTS"] == ["a.example", "b.example", "[::1]", "*"]
    assert settings["FRAME_ANCESTORS"] == ["https://a.example", "http://127.0.0.1:9000"]
    assert settings["ZID_WEBHOOK_PASSWORD"] == "secret: with a colon"


@pytest.mark.parametrize("console", ["0", "1"])
def test_djangos_check_for_deployment_has_nothing_to_say(tmp_path, console):
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=REPOSITORY,
        env={
            **PRODUCTION,
            "DATA_DIR": str(tmp_path),
            "PATH": os.environ["PATH"],
            "SUPPORT_CONSOLE": console,
        },
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "identified no issues" in done.stdout


def test_a_wrong_setting_stops_the_start_of_a_process(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", "import django; django.setup()"],
        cwd=REPOSITORY,
        env={**PRODUCTION, "DATA_DIR": str(tmp_path), "ZID_CLIENT_SECRET": "",
             "DJANGO_SETTINGS_MODULE": "loyaltyadmin.settings"},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip

    assert done.returncode != 0
    assert "ZID_CLIENT_SECRET is missing. It is needed unless DEBUG=1." in done.stderr


@pytest.mark.embedded
def test_what_is_committed_survives_a_power_cut(db: None) -> None:
    # In WAL mode anything less than FULL may take commits back: a line's claim would be gone, the
    # line sent again, and its customer paid twice.
    full = 2
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous")
        assert cursor.fetchone() == (full,)
