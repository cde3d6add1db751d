"""The file broker under several processes at once, which is where kombu's own loses messages."""

from __future__ import annotations

import itertools
import multiprocessing
import shutil
import time
from pathlib import Path
from queue import Empty

import kombu
import pytest

from loyaltyadmin import file_broker

PRODUCERS = 3
CONSUMERS = 3
MESSAGES_EACH = 60
PADDING = "و" * 200_000

spawn = multiprocessing.get_context("spawn")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "var" / "queue"


def connect(folder: Path) -> kombu.Connection:
    return kombu.Connection(
        "files://",
        transport=file_broker.Transport,
        transport_options={
            "data_folder_in": str(folder),
            "data_folder_out": str(folder),
            "control_folder": str(folder / "control"),
            "polling_interval": 0.01,
        },
    )


def open_channel(folder: Path) -> file_broker.Channel:
    channel = connect(folder).channel()
    assert isinstance(channel, file_broker.Channel)
    return channel


def message_names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_file())


def produce(folder: Path, producer: int) -> None:
    with connect(folder) as connection, connection.SimpleQueue("celery") as queue:
        for number in range(MESSAGES_EACH):
            queue.put({"id": f"{producer}-{number}", "padding": PADDING})


def consume(folder: Path, report: Path) -> None:
    with (
        connect(folder) as connection,
        connection.SimpleQueue("celery") as queue,
        report.open("w") as lines,
    ):
        while not (folder / "control" / "done").exists():
            try:
                message = queue.get(timeout=0.2)
            except queue.Empty:
                continue
            assert message.payload["padding"] == PADDING
            lines.write(message.payload["id"] + "\n")
            lines.flush()
            message.ack()


def test_it_hands_every_message_to_exactly_one_of_several_processes(
    folder: Path, tmp_path: Path
) -> None:
    reports = [tmp_path / f"consumer-{number}" for number in range(CONSUMERS)]
    consumers = [spawn.Process(target=consume, args=(folder, report)) for report in reports]
    producers = [
        spawn.Process(target=produce, args=(folder, number)) for number in range(PRODUCERS)
    ]

    for process in [*consumers, *producers]:
        process.start()
    for process in producers:
        process.join(60)
    deadline = time.monotonic() + 30
    while message_names(folder) and time.monotonic() < deadline:
        time.sleep(0.05)
    (folder / "control" / "done").touch()
    for process in consumers:
        process.join(30)

    received = [line for report in reports for line in report.read_text().splitlines()]
    sent = itertools.product(range(PRODUCERS), range(MESSAGES_EACH))
    assert sorted(received) == sorted(f"{producer}-{number}" for producer, number in sent)
    assert [process.exitcode for process in [*consumers, *producers]] == [0] * 6
    assert message_names(folder) == []


def test_it_shows_no_message_before_it_is_complete(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = open_channel(folder)
    seen: list[object] = []
    replace = Path.replace

    def look_and_replace(part: Path, target: Path) -> Path:
        assert part.read_text() == '{"wake": 1}'
        assert part.parent == target.parent
        with pytest.raises(Empty):
            channel._get("celery")
        seen.append(channel._size("celery"))
        return replace(part, target)

    monkeypatch.setattr(Path, "replace", look_and_replace)
    channel._put("celery", {"wake": 1})

    assert seen == [0]
    assert channel._size("celery") == 1
    assert channel._get("celery") == {"wake": 1}


def test_it_delivers_in_the_order_of_sending(folder: Path) -> None:
    channel = open_channel(folder)

    for number in range(20):
        channel._put("celery", {"number": number})

    assert [channel._get("celery")["number"] for _ in range(20)] == list(range(20))


def test_it_keeps_queues_apart(folder: Path) -> None:
    channel = open_channel(folder)

    channel._put("other", {"for": "other"})
    channel._put("celery", {"for": "celery"})

    assert channel._get("celery") == {"for": "celery"}
    with pytest.raises(Empty):
        channel._get("celery")


def test_it_drops_an_unreadable_message_and_goes_on(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    channel = open_channel(folder)
    (folder / "00000000000000000001_power-cut.celery.msg").touch()
    channel._put("celery", {"wake": 1})

    assert channel._get("celery") == {"wake": 1}
    assert "power-cut" in caplog.text
    assert message_names(folder) == []


def test_it_removes_what_a_crash_left_unfinished_but_no_waiting_message(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = open_channel(folder)
    channel._put("celery", {"wake": 1})
    waiting = message_names(folder)
    for name in ["1_a.celery.msg.part", "2_b.celery.msg.taken"]:
        (folder / name).touch()

    open_channel(folder)
    young = message_names(folder)
    monkeypatch.setattr(file_broker, "UNFINISHED_SECONDS", -1)
    open_channel(folder)

    assert len(young) == 3
    assert message_names(folder) == waiting


def test_it_can_be_written_to_by_its_owner_alone(folder: Path) -> None:
    open_channel(folder)

    assert folder.stat().st_mode & 0o777 == 0o700


def test_it_says_so_when_a_message_cannot_be_written(folder: Path) -> None:
    channel = open_channel(folder)
    folder.rename(folder.with_name("moved"))
    folder.touch()  # something else is in the folder's place

    with pytest.raises(kombu.exceptions.ChannelError, match="cannot be written"):
        channel._put("celery", {"wake": 1})


def test_it_goes_on_when_its_folder_was_removed_with_every_message(folder: Path) -> None:
    channel = open_channel(folder)
    channel._put("celery", {"wake": 1})
    shutil.rmtree(folder)

    with pytest.raises(Empty):
        channel._get("celery")
    channel._put("celery", {"wake": 2})

    assert channel._get("celery") == {"wake": 2}
    assert folder.stat().st_mode & 0o777 == 0o700


def test_it_goes_on_when_a_message_goes_as_it_is_being_taken(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = open_channel(folder)
    channel._put("celery", {"wake": 1})
    rename = Path.rename

    def rename_and_remove(message: Path, target: Path) -> Path:
        taken = rename(message, target)
        shutil.rmtree(folder)
        return taken

    monkeypatch.setattr(Path, "rename", rename_and_remove)

    with pytest.raises(Empty):
        channel._get("celery")


def bind_many(folder: Path, process: int) -> None:
    channel = open_channel(folder)
    for number in range(40):
        channel._queue_bind("events", f"key-{process}-{number}", "", "celery")


def test_it_keeps_every_binding_that_processes_make_at_once(folder: Path) -> None:
    processes = [spawn.Process(target=bind_many, args=(folder, number)) for number in range(3)]

    for process in processes:
        process.start()
    for process in processes:
        process.join(30)

    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert len(open_channel(folder).get_table("events")) == 120


def test_it_forgets_the_binding_and_the_messages_of_a_deleted_queue(folder: Path) -> None:
    with connect(folder) as connection, connection.SimpleQueue("celery") as queue:
        queue.put({"wake": 1})
        assert message_names(folder)[0].endswith(".celery.msg")

        queue.queue.delete()

    assert message_names(folder) == []
    assert open_channel(folder).get_table("celery") == []


def test_it_lets_a_worker_look_often_whether_it_should_stop(folder: Path) -> None:
    with connect(folder) as connection, connection.SimpleQueue("celery"):
        began = time.monotonic()

        with pytest.raises(TimeoutError):
            connection.drain_events(timeout=5)

        assert time.monotonic() - began < 2


def test_it_knows_the_folders_of_one_process_apart(folder: Path) -> None:
    for name in ("one", "other"):
        with connect(folder / name) as connection, connection.SimpleQueue("celery") as queue:
            queue.put({"folder": name})

            assert queue.get(timeout=1).payload == {"folder": name}
