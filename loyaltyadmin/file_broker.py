"""A Celery broker made of files, for running without Redis (the embedded mode).

kombu's filesystem transport opens a message under its final name and then writes it, so that a
consumer can meet half a message, which ends the Celery worker (celery/kombu#1551), and it takes
messages through the system's temporary folder, where a move is no single step if that is another
filesystem. Here whatever is written appears whole or not at all, and a message is taken by one
rename inside its own folder, which only one consumer can win. Between a taken and a finished
message nothing is kept on disk: a message is a wake-up call, the database is the truth.

The options are kombu's: `data_folder_in`, `data_folder_out`, `control_folder`, and
`polling_interval`. Folders are made when missing, also those that somebody removes meanwhile.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.transport.virtual.base import BrokerState
from kombu.utils.json import dumps, loads

logger = logging.getLogger(__name__)

# What ends like this is nobody's message: still being written, or already taken. After a crash
# it stays behind, and is removed once it is this old.
UNFINISHED = (".part", ".taken")
UNFINISHED_SECONDS = 60

LONGEST_WAIT_SECONDS = 0.2


class Channel(filesystem.Channel):
    def __init__(self, connection: Any, **kwargs: Any) -> None:
        super().__init__(connection, **kwargs)
        for folder in (self.data_folder_in, self.data_folder_out, self.control_folder):
            _make(Path(folder))
        _remove_leftovers(Path(self.data_folder_in))

    # The two ignores: kombu's own filesystem channel departs from its base in the same way.
    def _put(  # type: ignore[override]
        self, queue: str, payload: dict[str, Any], **kwargs: Any
    ) -> None:
        # Wall clock, because the order has to survive a restart of the machine; twenty digits, so
        # that names sort as numbers do.
        name = f"{time.time_ns():020d}_{uuid.uuid4().hex}.{queue}.msg"
        _write_whole(Path(self.data_folder_out, name), dumps(payload))

    def _get(self, queue: str) -> dict[str, Any]:  # type: ignore[override]
        folder = Path(self.data_folder_in)
        try:
            names = sorted(path.name for path in folder.iterdir())
        except FileNotFoundError:
            names = []  # removed, with every message; the next one makes it again
        for name in names:
            if name.partition(".")[2] != f"{queue}.msg":
                continue
            taken = folder / f"{name}.taken"
            try:
                (folder / name).rename(taken)
            except FileNotFoundError:
                continue  # another consumer was faster
            try:
                payload: dict[str, Any] = loads(taken.read_bytes())
            except FileNotFoundError:
                continue  # removed with its folder
            except ValueError:
                # A power cut can leave an empty file under a finished name.
                logger.warning("An unreadable message was dropped: %s", name)
                continue
            finally:
                taken.unlink(missing_ok=True)
            return payload
        raise Empty

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str | None, queue: str) -> None:
        entry = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        with self._locked_table(exchange):
            table = self.get_table(exchange)
            if entry not in table:
                _write_whole(self._table_file(exchange), dumps([entry, *table]))

    def _delete(
        self,
        queue: str,
        exchange: str,
        routing_key: str,
        pattern: str | None,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        self._purge(queue)
        entry = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        with self._locked_table(exchange):
            table = [other for other in self.get_table(exchange) if other != entry]
            _write_whole(self._table_file(exchange), dumps(table))

    def _table_file(self, exchange: str) -> Path:
        # kombu's method, which also refuses names that lead out of the folder; its stubs lack it.
        file: Path = self._exchange_file(exchange)  # type: ignore[attr-defined]
        return file

    @contextlib.contextmanager
    def _locked_table(self, exchange: str) -> Iterator[None]:
        # A file of its own: the table itself is replaced, and a lock on it would go with it.
        with self._table_file(exchange).with_suffix(".lock").open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


class Transport(filesystem.Transport):
    Channel = Channel
    driver_type = "files"
    driver_name = "files"

    def __init__(self, client: Any, **kwargs: Any) -> None:
        super().__init__(client, **kwargs)
        # kombu shares what is bound among all connections of a process, whatever their folders,
        # and so never writes the second folder's table.
        self.state = BrokerState()

    def drain_events(self, connection: Any, timeout: float | None = None, **kwargs: Any) -> None:
        # Celery's worker looks whether it should stop only between two calls, which it lets last
        # 2 s. It takes an early end for what it is, a time without messages, and asks again.
        capped = None if timeout is None else min(timeout, LONGEST_WAIT_SECONDS)
        super().drain_events(connection, timeout=capped, **kwargs)


def _make(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def _write_whole(path: Path, text: str) -> None:
    part = path.with_name(f"{path.name}.{uuid.uuid4().hex}.part")
    try:
        _make(path.parent)
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink()
        raise ChannelError(f"{path} cannot be written: {error}") from error


def _remove_leftovers(folder: Path) -> None:
    oldest = time.time() - UNFINISHED_SECONDS
    for path in folder.iterdir():
        if path.name.endswith(UNFINISHED):
            with contextlib.suppress(FileNotFoundError):
                # Not st_mtime: a message that waited for an hour was perhaps taken just now.
                if path.stat().st_ctime < oldest:
                    path.unlink()
