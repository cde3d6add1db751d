"""The throw-away servers themselves."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
import redis

from tests import services

pytestmark = pytest.mark.services

SHOW_ADDRESSES = "import os; print(os.environ['DATABASE_URL'], os.environ['REDIS_URL'])"


def test_it_starts_a_postgresql_and_leaves_nothing_behind() -> None:
    with services.postgresql() as url, psycopg.connect(url) as connection:
        row = connection.execute("SELECT 'نقطة', current_setting('data_directory')").fetchone()

    assert row is not None
    assert row[0] == "نقطة"
    assert not Path(row[1]).exists()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)


def test_it_starts_a_redis_and_leaves_nothing_behind() -> None:
    with services.redis_server() as url, redis.Redis.from_url(url) as client:
        client.set("points", 50)
        assert client.get("points") == b"50"

    with pytest.raises(redis.ConnectionError):
        client.ping()


def test_a_postgresql_that_is_killed_has_what_was_committed_when_it_is_back() -> None:
    with services.killable_postgresql() as server:
        with psycopg.connect(server.url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 50 AS points")
        waiting = psycopg.connect(server.url)

        server.kill()
        with pytest.raises(psycopg.OperationalError):
            waiting.execute("SELECT 1")
        waiting.close()
        server.start()

        with psycopg.connect(server.url) as connection:
            assert connection.execute("SELECT points FROM kept").fetchall() == [(50,)]


def test_a_redis_that_is_killed_is_empty_when_it_is_back() -> None:
    with services.killable_redis() as server, redis.Redis.from_url(server.url) as client:
        client.set("points", 50)

        server.kill()
        with pytest.raises(redis.ConnectionError):
            client.ping()
        server.start()

        assert client.get("points") is None


def test_it_gives_two_users_a_server_each() -> None:
    with services.redis_server() as one, services.redis_server() as other:
        assert urlsplit(one).port != urlsplit(other).port


def test_it_runs_a_command_with_both_addresses_and_passes_on_its_code() -> None:
    script = f"{SHOW_ADDRESSES}; raise SystemExit(3)"

    done = subprocess.run(
        [sys.executable, "-m", "tests.services", "--", sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 3
    assert [urlsplit(url).scheme for url in done.stdout.split()] == ["postgres", "redis"]


def test_it_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(services, "find_postgresql", lambda: None)

    code = services.main(["--", "true"])

    assert code == 1
    assert "PostgreSQL" in capsys.readouterr().err


def test_it_finds_a_browser_by_its_usual_names(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    nothing = services.find_chromium()
    program = tmp_path / "chromium-browser"
    program.touch(mode=0o755)

    assert nothing is None
    assert services.find_chromium() == os.fspath(program)
